import { formatOfName } from './single-file/file-format.ts';

/** Endings that downloaders give to what they have not finished: browsers, aria2, huggingface_hub, wget-like scripts, torrent clients. */
const partialEnding = /\.(part|partial|crdownload|opdownload|download|aria2|incomplete|tmp|temp|!qb|!ut)$/i;
/** These belong to downloads and to nothing else. */
const certainEnding = /\.(crdownload|opdownload|incomplete)$/i;
/** Written beside the file itself, which may have its full length already and be full of holes. */
const companions = ['.aria2', '.part', '.crdownload', '.!qb', '.!ut'] as const;

/**
 * Whether a name is that of a download which has not finished, and why; null for any other. `hasSibling` answers for names in the same folder.
 * Such files are nobody's but the downloader's: they are left alone.
 */
export function partialReasonOf(name: string, hasSibling: (name: string) => boolean): string | null {
  const ending = partialEnding.exec(name);
  if (ending !== null) {
    const isOfModel = certainEnding.test(name) || formatOfName(name.slice(0, ending.index)) !== null;
    return isOfModel ? 'It is a download that has not finished.' : null;
  }
  if (formatOfName(name) === null) return null;
  const companion = companions.find((added) => hasSibling(`${name}${added}`));
  return companion === undefined ? null : `It is still being downloaded: ${companion} of it lies beside it.`;
}
