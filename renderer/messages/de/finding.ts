import type * as en from '../en/finding.ts';
import type { Translation } from '../translation.ts';

export const finding: Translation<typeof en.finding> = {
  accept: 'Hinnehmen und benutzen',
  accepted: 'Hingenommen',
  revoke: 'Zurücknehmen',
  missing_entry_path: 'Der Eintrag ist nicht da',
  path_not_found: 'Verschoben oder gelöscht',
  path_not_directory: 'Kein Ordner mehr',
  volume_offline: 'Das Laufwerk ist nicht verbunden',
  path_escape: 'Ein Teil liegt außerhalb des Ordners',
  missing_model_index: 'Es gibt keine model_index.json',
  invalid_model_index_json: 'model_index.json ist nicht lesbar',
  missing_pipeline_class: 'Die Pipeline ist nicht benannt',
  unsupported_pipeline: 'Keine Pipeline von Text zu Bild',
  missing_component: 'Ein nötiger Teil fehlt',
  missing_optional_component: 'Ein genannter Teil ist nicht da',
  component_unreadable: 'Ein Teil ist nicht lesbar',
  invalid_config: 'Eine Konfiguration ist kaputt',
  missing_weights: 'Gewichte fehlen',
  missing_shard: 'Ein Teilstück fehlt',
  invalid_weights_header: 'Der Kopf einer Gewichtsdatei ist kaputt',
  truncated_weights: 'Gewichte sind abgeschnitten',
  unsafe_weights_only: 'Nur Pickle-Gewichte',
  missing_tokenizer_files: 'Der Tokenizer ist unvollständig',
  metadata_corrupt: 'Der Eintrag ist kaputt',
  source_changed: 'Die Dateien haben sich geändert',
};
