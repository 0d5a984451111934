import { linkSync, lstatSync, symlinkSync } from 'node:fs';
import { checkSource, LinkFailed, whyNotMade } from '../acts/link-acts.ts';
import { identityOf } from '../links/entry-identity.ts';
import { isRefusal } from '../links/link-system.ts';
import { systemCode } from '../system-error.ts';
import type { LinkOutcome, LinkWish } from './messages.ts';

/** Makes one link and waits for the drive: for a thread that nobody waits for. Whatever is at its place stays. */
export function makeLinkNow({ kind, source, target }: LinkWish): LinkOutcome {
  try {
    const { isFolder } = checkSource(kind, source);
    if (kind === 'hardlink') linkSync(source, target);
    else symlinkSync(source, target, kind === 'junction' ? 'junction' : isFolder ? 'dir' : 'file');
  } catch (error) {
    if (error instanceof LinkFailed) return { is: 'failed', reason: error.message, refusal: null };
    const code = systemCode(error);
    return { is: 'failed', reason: whyNotMade(code, target), refusal: isRefusal(code) ? code : null };
  }
  try {
    return { is: 'made', identity: identityOf(lstatSync(target, { bigint: true })) };
  } catch (error) {
    return { is: 'failed', reason: `The link was made and is gone again (${systemCode(error)}).`, refusal: null };
  }
}
