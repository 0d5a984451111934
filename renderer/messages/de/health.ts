import type * as en from '../en/health.ts';
import type { Translation } from '../translation.ts';

export const healthScreen: Translation<typeof en.healthScreen> = {
  title: 'Zustand',
  lede: '{bad, plural, =0 {Kein Modell braucht dich} one {# Modell braucht dich} other {# Modelle brauchen dich}}{away, plural, =0 {} one {, # liegt auf einem Laufwerk, das weg ist} other {, # liegen auf einem Laufwerk, das weg ist}}{whole, plural, =0 {} one {, # ist ganz} other {, # sind ganz}}',
  emptyTitle: 'Alles ist ganz',
  emptyText:
    'Die Dateien jedes Modells wurden geöffnet und gelesen. Befunde stünden hier, jeder mit dem, was ihn behebt.',
  emptyAction: 'Die Modelle zeigen',
  count: '{count, plural, one {# Modell} other {# Modelle}}',
  driveAway: '{drive} ist nicht verbunden',
  check: 'Erneut prüfen',
  checkAll: 'Alle erneut prüfen',
  checking: '{done} von {count} geprüft',
  stop: 'Anhalten',
  lookAgain: 'Erneut nachsehen',
  relocate: 'Neuer Ort …',
  remove: 'Eintrag entfernen …',
  accept: 'Hinnehmen',
  mendNamed: '{name} beheben',
  linksTitle: 'Verweise in {app} führen ins Leere',
  links: '{count, plural, one {# Verweis} other {# Verweise}}',
  linksMean: 'Das Programm findet dort kein Modell. Sie anzusehen ändert noch nichts.',
  relink: 'Neu verweisen …',
  open: '{name} öffnen',
  more: '{count} weitere',
  reading: 'Die Befunde werden gelesen …',
};

export const lastCheck: Translation<typeof en.lastCheck> = {
  title: 'Letzte Prüfung',
  close: 'Schließen',
  when: '{day} {time}, {count, plural, one {# Modell} other {# Modelle}} in {took}',
  added: 'Hinzugefügt',
  updated: 'Geändert',
  adopted: 'Aufgenommen',
  removed: 'Entfernt',
  partial: 'Nicht fertig',
  unchanged: 'Unverändert',
  more: '{count} weitere',
  trash: 'Entfernt, lässt sich zurückholen',
  until: 'Bis {day}',
  restore: 'Zurückholen',
  restoreNamed: '{name} zurückholen',
};

export const means: Translation<typeof en.means> = {
  missing_entry_path: 'Der Eintrag sagt nicht, wo die Dateien sind. Nenne den neuen Ort, oder entferne den Eintrag.',
  path_not_found: 'Am Pfad ist nichts mehr. Sag, wo es jetzt ist; das Modell behält Namen, Schlagwörter und Bilder.',
  path_not_directory: 'Wo der Ordner war, steht eine Datei. Sag, wo der Ordner jetzt ist.',
  volume_offline: 'Seine Modelle kommen von selbst zurück, wenn du es anschließt.',
  path_escape: 'Ein Verweis im Ordner führt aus ihm hinaus. Leg die Datei selbst dorthin.',
  missing_model_index: 'Dem Ordner fehlt die Datei, die sagt, was er ist. Lade ihn neu herunter.',
  invalid_model_index_json: 'Die Datei, die sagt, was der Ordner ist, ist nicht lesbar. Lade sie neu herunter.',
  missing_pipeline_class: 'model_index.json sagt nicht, für welche Pipeline sie ist. Lade sie neu herunter.',
  unsupported_pipeline: 'Es bleibt in der Bibliothek, macht hier aber keine Bilder aus Text.',
  missing_component: 'Ein Teil ist nicht da, ohne den es nicht läuft. Lade den Ordner neu herunter.',
  missing_optional_component:
    'Leg den Teil zurück, oder nimm seine Zeile aus model_index.json. Nimm es hin, um ohne ihn zu erzeugen.',
  component_unreadable: 'Sieh nach, ob dieser Benutzer die Dateien lesen darf, dann prüf erneut.',
  invalid_config: 'Eine Konfiguration ist nicht lesbar, oder es fehlt Nötiges darin. Lade sie neu herunter.',
  missing_weights: 'Da ist eine Konfiguration ohne ihre Gewichte. Lade sie herunter, dann prüf erneut.',
  missing_shard: 'Das Verzeichnis nennt eine Datei, die nicht im Ordner ist. Lade sie herunter, dann prüf erneut.',
  invalid_weights_header: 'Die Datei beginnt nicht wie eine Gewichtsdatei. Lade sie neu herunter.',
  truncated_weights:
    'Die Datei endet vor ihrem letzten Tensor: meist ein Download, der stehen blieb. Lade sie neu herunter.',
  unsafe_weights_only:
    'Pickle-Dateien können beim Öffnen Programme ausführen, darum öffnet Vitrine sie nicht. Lade stattdessen Safetensors herunter.',
  missing_tokenizer_files: 'Ohne sie lässt sich kein Prompt lesen. Lade den Tokenizer-Ordner neu herunter.',
  metadata_corrupt:
    'Vitrines eigener Eintrag ist beschädigt. Die Dateien sind unberührt: entferne den Eintrag und füge sie wieder hinzu.',
  source_changed:
    'Dort liegen andere Dateien als bei der Aufnahme. Nimm sie hin, wenn du sie geändert hast, oder leg die alten zurück.',
};
