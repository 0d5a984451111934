import type * as en from '../en/palette.ts';
import type { Translation } from '../translation.ts';

export const palette: Translation<typeof en.palette> = {
  label: 'Befehle',
  placeholder: 'Wohin, was tun, oder welches Modell',
  nothing: 'Nichts heißt so',
  places: 'Gehen zu',
  acts: 'Tun',
  models: 'Modelle',
  addModels: 'Modelle hinzufügen',
  generate: 'Erzeugen',
  cancel: 'Abbrechen, was läuft',
  lookAgain: 'Bibliothek und Laufwerke abgleichen',
  themeLight: 'Helle Farben',
  themeDark: 'Dunkle Farben',
  themeSystem: 'Farben wie das System',
  wall: 'Modelle als Wand',
  table: 'Modelle als Tabelle',
  favourites: 'Nur Favoriten zeigen',
  clearFilters: 'Alle Modelle zeigen',
  revealLibrary: 'Ordner der Bibliothek öffnen',
};
