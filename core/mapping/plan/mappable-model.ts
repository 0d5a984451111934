import type { ModelId } from '../../contract/ids.ts';
import type { ValidationState } from '../../contract/library/finding.ts';
import type { ModelType, StorageKind } from '../../contract/library/metadata.ts';

/** What a plan needs to know of a model of the library. */
export interface MappableModel {
  readonly model_id: ModelId;
  readonly model_type: ModelType;
  readonly storage_kind: StorageKind;
  readonly bundle_format: string;
  readonly validation_state: ValidationState;
  readonly size_bytes: number;
  /** Its file or folder, absolute, links resolved. */
  readonly path: string;
}
