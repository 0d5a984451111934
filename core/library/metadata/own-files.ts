import { metadataFileName } from './metadata-file.ts';

export const previewFileName = 'preview.webp';

/** What is ours in the folder of a model that the library owns; the rest is its payload. */
export const ownFileNames: readonly string[] = [metadataFileName, previewFileName];

/** Whether a name in a model's folder is of our making; a write that was killed leaves `metadata.json.<number>`. */
export function isOwnFileName(name: string): boolean {
  return ownFileNames.includes(name) || isLeftoverName(name);
}

export function isLeftoverName(name: string): boolean {
  return ownFileNames.some((own) => name.startsWith(`${own}.`) && /\.\d+$/.test(name));
}
