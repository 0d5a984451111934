import { existsSync, lstatSync, readlinkSync, statSync } from 'node:fs';
import { isOursWith, isSameFile, type LinkState, type MadeLink } from '../links/entry-identity.ts';
import { systemCode } from '../system-error.ts';

/** What a link that we made is now; waits for the drive: for a thread that nobody waits for. */
export function lookNow(made: MadeLink): LinkState {
  try {
    const entry = lstatSync(made.target, { bigint: true, throwIfNoEntry: false });
    if (entry === undefined) return 'gone';
    if (!isOursWith(made, entry, entry.isSymbolicLink() ? readlinkSync(made.target) : null)) return 'replaced';
    if (made.link !== 'hardlink') return existsSync(made.source) ? 'whole' : 'dangling';
    const source = sourceAt(made.source);
    return source !== null && isSameFile(source, entry) ? 'whole' : 'stale';
  } catch (error) {
    // A file is where its folder was: the link is gone with that.
    return systemCode(error) === 'ENOTDIR' ? 'gone' : 'unreachable';
  }
}

function sourceAt(path: string) {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (error) {
    systemCode(error);
    return null;
  }
}
