/** The words of the native menu that no role of the platform brings. `&` marks the letter to press. */
export interface MenuWords {
  readonly file: string;
  readonly addModels: string;
  readonly openLibraryFolder: string;
  readonly openDataFolder: string;
  readonly settings: string;
  readonly view: string;
  readonly models: string;
  readonly generate: string;
  readonly queue: string;
  readonly health: string;
  readonly mappings: string;
  readonly help: string;
  readonly openLogFolder: string;
  readonly openCrashFolder: string;
}

const en: MenuWords = {
  file: '&File',
  addModels: 'Add Models…',
  openLibraryFolder: 'Open Library Folder',
  openDataFolder: 'Open Data Folder',
  settings: 'Settings…',
  view: '&View',
  models: 'Models',
  generate: 'Generate',
  queue: 'Queue',
  health: 'Health',
  mappings: 'Mappings',
  help: '&Help',
  openLogFolder: 'Open Log Folder',
  openCrashFolder: 'Open Crash Reports',
};

const de: MenuWords = {
  file: '&Datei',
  addModels: 'Modelle hinzufügen …',
  openLibraryFolder: 'Bibliotheksordner öffnen',
  openDataFolder: 'Datenordner öffnen',
  settings: 'Einstellungen …',
  view: '&Ansicht',
  models: 'Modelle',
  generate: 'Erzeugen',
  queue: 'Warteschlange',
  health: 'Zustand',
  mappings: 'Verweise',
  help: '&Hilfe',
  openLogFolder: 'Protokollordner öffnen',
  openCrashFolder: 'Absturzberichte öffnen',
};

/** Those of the language of a BCP 47 tag; English where there are none. */
export function menuWords(language: string): MenuWords {
  return /^de\b/i.test(language) ? de : en;
}
