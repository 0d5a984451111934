import { connect } from './database-file.ts';
import { catalogVersion } from './schema.ts';

/**
 * Copies the log of the index at `path` back into its file, and begins it anew. Both wait for the drive, half a second where others write to
 * it too: for a thread that may.
 */
export function tendLog(path: string): void {
  const database = connect(path);
  try {
    database.pragma('wal_checkpoint(PASSIVE)');
    // The first write into a log that begins anew is the one that waits.
    database.pragma(`user_version = ${catalogVersion}`);
  } finally {
    database.close();
  }
}
