/** A model's folder under one of the app's names for folders (`checkpoints`, `loras`, ...). */
export interface ConfigEntry {
  readonly key: string;
  /** Absolute. */
  readonly folder: string;
}

/** Whether a folder can be named in the file: one a line, and nothing that the app would read otherwise. */
export function canBeEntry(folder: string): boolean {
  return !/[\n\r\0]/.test(folder) && folder === folder.trim();
}

/** The file can't be added to; the message is a sentence that begins in lower case. */
export class ConfigUnusable extends Error {
  override readonly name = 'ConfigUnusable';
}
