import { z } from 'zod';

/** `<type>/<family>/<name>`: the model's path below `models/`. Forward slashes, NFC, no `.` or `..` segment. Never changes. */
export const ModelId = z
  .string()
  .max(1024)
  .refine(isModelId, 'not a model id: three or more path segments, none of them "." or ".."')
  .brand<'ModelId'>();
export type ModelId = z.infer<typeof ModelId>;

/** A job's id: a version 7 UUID, so that ids sort by the time they were made. */
export const JobId = z.uuid().brand<'JobId'>();
export type JobId = z.infer<typeof JobId>;

function isModelId(text: string): boolean {
  const segments = text.split('/');
  if (segments.length < 3 || text !== text.normalize('NFC') || hasControlCharacter(text) || text.includes('\\'))
    return false;
  return segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

function hasControlCharacter(text: string): boolean {
  for (const character of text) if ((character.codePointAt(0) ?? 0) < 0x20) return true;
  return false;
}
