import { readFileSync } from 'node:fs';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';

const Preference = z.object({ is_on: z.boolean() });

/** Whether the user asked to look for updates. A file that is missing or damaged is a no: nothing goes out unasked. */
export function readUpdatePreference(file: string): boolean {
  try {
    return Preference.parse(JSON.parse(readFileSync(file, 'utf8'))).is_on;
  } catch {
    return false;
  }
}

export function writeUpdatePreference(file: string, is_on: boolean): void {
  writeFileAtomic.sync(file, JSON.stringify({ is_on }));
}
