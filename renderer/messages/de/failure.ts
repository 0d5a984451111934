import type * as english from '../en/failure.ts';
import type { Translation } from '../translation.ts';

export const failure: Translation<typeof english.failure> = {
  invalid_input: '{field}: {reason}',
  not_found: '{what} „{id}“ gibt es nicht.',
  conflict: '{reason}',
  unauthorized: 'Diese Adresse verlangt einen API-Schlüssel. Schick ihn als Bearer-Token mit.',
  forbidden: '{reason}',
  path_not_found: 'Unter „{path}“ ist nichts. Prüfe den Pfad, oder ob das Laufwerk angeschlossen ist.',
  unreadable: '„{path}“ ließ sich nicht lesen: {reason}',
  unsupported_path: '„{path}“ ist kein Modell, das Vitrine kennt: {reason}',
  invalid_bundle: '„{path}“ wurde nicht aufgenommen: {reason}',
  asset_not_executable: 'Das Modell „{model_id}“ ({validation_state}) kann nicht laufen: {reason}',
  no_engine: 'Nichts hier kann „{model_id}“ ausführen: {reason}',
  source_mismatch: 'In „{path}“ liegen andere Gewichte als die, mit denen das Modell „{model_id}“ aufgenommen wurde.',
  unsupported_config: '„{path}“: {field} ist {value}. Das kann diese Version nicht ausführen.',
  invalid_weights: '„{path}“: {reason}',
  model_load_failed: 'Das Modell ließ sich nicht laden: {reason}',
  nan_in_result:
    'Das Netz gab Werte zurück, die keine Zahlen sind (in {where}). Nimm eine andere Genauigkeit, einen anderen Sampler oder eine andere Ausführung.',
  oom: 'Der Speicher reichte nicht: {reason}. Nimm ein kleineres Bild, oder schließe andere Programme.',
  runner_crashed:
    'Der Prozess, der die Bilder macht, endete unerwartet ({reason}). Er läuft wieder; der Auftrag kann noch einmal laufen.',
  runner_unavailable: 'Der Prozess, der die Bilder macht, ließ sich nicht starten: {reason}',
  imaging_failed:
    'Der Prozess, der Bilder liest und schreibt, endete zweimal an einem Bild von {picture}: {reason}. Die anderen betrifft das nicht; speichere dieses mit einem anderen Programm neu.',
  provider_unavailable: 'Die Ausführung „{provider}“ geht hier nicht: {reason}',
  interrupted: 'Vitrine endete, während dieser Auftrag lief. Lass ihn noch einmal laufen.',
  closing: 'Vitrine wird gerade beendet. Der Auftrag „{id}“ wartet in der Schlange und läuft beim nächsten Start.',
  canceled: 'Der Auftrag wurde abgebrochen.',
  queue_full: 'In der Schlange stehen schon {limit} Aufträge. Versuch es wieder, wenn einige fertig sind.',
  disk_full: 'Auf dem Laufwerk von „{path}“ ist kein Platz mehr. Schaff welchen, dann geht es noch einmal.',
  write_failed: '„{path}“ ließ sich nicht schreiben: {reason}',
  plan_outdated:
    'Seit der Vorschau von „{root}“ hat sich etwas geändert: {reason} Nichts wurde getan. Sieh dir den neuen Plan an, und wende dann den an.',
  library_locked:
    'Ein anderes Vitrine (Prozess {pid}) hält die Bibliothek „{path}“ und antwortet nicht. Beende es, dann versuch es wieder.',
  database_unusable: 'Die Datenbank „{path}“ ist nicht zu gebrauchen: {reason}',
  port_in_use: 'Port {port} von {host} ist von einem anderen Programm belegt. Wähle einen anderen.',
  unsafe_address: 'Unter {host} stünde Vitrine dem Netz offen. Das geht nur mit einem API-Schlüssel.',
  not_answering: 'Vitrine unter {url} antwortet nicht: {reason}',
  internal: 'In Vitrine ging etwas schief, das nicht hätte schiefgehen dürfen. Näheres steht in der Protokolldatei.',
};
