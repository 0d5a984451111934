import type * as en from '../en/frame.ts';
import type { Translation } from '../translation.ts';

export const app: Translation<typeof en.app> = {
  name: 'Vitrine',
  unreachable: 'Der Kern antwortet nicht.',
};

export const screens: Translation<typeof en.screens> = {
  label: 'Ansichten',
  models: 'Modelle',
  generate: 'Erzeugen',
  queue: 'Schlange',
  health: 'Zustand',
  mappings: 'Verweise',
  settings: 'Optionen',
  failed: 'Diese Ansicht ließ sich nicht zeigen',
  failedMeans:
    'Ihr Teil des Programms kam nicht an, oder in ihm ging etwas schief. Die anderen Ansichten sind, wie sie waren.',
  floatFailed: 'Das ließ sich nicht öffnen',
  floatFailedMeans: 'Sein Teil des Programms kam nicht an, oder in ihm ging etwas schief. Nichts wurde getan.',
  again: 'Noch einmal',
  close: 'Schließen',
};

export const reading: Translation<typeof en.reading> = {
  title: 'Nur zum Lesen offen',
  held: 'Ein anderes Vitrine (Prozess {pid}) hält diese Bibliothek und antwortet nicht. Beende es, dann starte dieses neu.',
  heldUnknown: 'Ein anderes Programm hält diese Bibliothek und antwortet nicht. Beende es, dann starte Vitrine neu.',
  unwritable:
    'Dieser Benutzer darf im Ordner der Bibliothek nicht schreiben, oder ihr Laufwerk ist schreibgeschützt. Erlaube es dort und starte neu, oder wähle eine andere Bibliothek.',
  restart: 'Neu starten',
  choose: 'Andere Bibliothek wählen …',
};

export const bar: Translation<typeof en.bar> = {
  search: 'Modelle suchen',
  addModels: 'Modelle hinzufügen',
  lookAgain: 'Erneut nachsehen',
  looking: 'Wird nachgesehen …',
  waiting: '{count, plural, one {# weiterer in der Schlange} other {# weitere in der Schlange}}',
};

export const status: Translation<typeof en.status> = {
  runner_ready: 'Runner bereit',
  runner_busy: 'Runner beschäftigt',
  runner_starting: 'Runner startet',
  runner_stopped: 'Runner ruht',
  fake: 'Schein-Runner',
  fakeMeans: 'Die Bilder sind zum Testen erfunden: kein Modell läuft.',
  provider: '{provider}{threads, plural, =0 {} one {, # Thread} other {, # Threads}}',
  providerWhy: 'Warum: siehe Einstellungen, Antrieb',
  memory: 'Speicher {size}',
  step: 'Erzeugt {item, number} von {items, number}, Schritt {step, number} von {steps, number}',
  stage_load: 'Lädt das Modell',
  stage_text: 'Liest den Prompt',
  stage_denoise: 'Erzeugt',
  stage_decode: 'Entwickelt das Bild',
  models: '{count, plural, one {# Modell} other {# Modelle}}',
  lost: 'Nicht verbunden',
  importing: 'Modelle werden hinzugefügt',
  adding: 'Hinzugefügt: {done} von {count}',
};

export const notice: Translation<typeof en.notice> = {
  close: 'Schließen',
  added: '{count, plural, =0 {Nichts wurde hinzugefügt} one {# Modell hinzugefügt} other {# Modelle hinzugefügt}}',
  removed:
    '{count, plural, one {„{name}“ wurde aus der Bibliothek entfernt} other {# Modelle wurden aus der Bibliothek entfernt}}',
  undo: 'Rückgängig',
  queued: 'In die Schlange gestellt',
  linked:
    '{count, plural, =0 {Kein Verweis wurde angelegt} one {# Verweis wurde angelegt} other {# Verweise wurden angelegt}}{failed, plural, =0 {} one {, # war nicht möglich} other {, # waren nicht möglich}}',
  linkedCanceled:
    'Abgebrochen. {count, plural, =0 {Kein Verweis wurde angelegt} one {# Verweis wurde angelegt} other {# Verweise wurden angelegt}}',
  unlinked:
    '{count, plural, =0 {Kein Verweis wurde zurückgenommen} one {# Verweis wurde zurückgenommen} other {# Verweise wurden zurückgenommen}}{left, plural, =0 {} one {, # wurde seither geändert und bleibt} other {, # wurden seither geändert und bleiben}}',
  cleared_waiting: '{count, plural, one {# Auftrag abgebrochen} other {# Aufträge abgebrochen}}',
  cleared_ended:
    '{count, plural, one {# Auftrag aus dem Verlauf genommen} other {# Aufträge aus dem Verlauf genommen}}',
};
