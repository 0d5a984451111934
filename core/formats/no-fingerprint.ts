import { createHash } from 'node:crypto';

/** The fingerprint of what could not be read: the hash of nothing. Two of these say nothing of each other. */
export const noFingerprint: string = createHash('sha256').digest('hex');
