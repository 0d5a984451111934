import { randomBytes } from 'node:crypto';
import { JobId } from '../contract/ids.ts';

/** A version 7 UUID (RFC 9562, 5.7) for that moment. Written here since `crypto.randomUUIDv7` is newer than the oldest Node that we run on. */
export function newJobId(atMs: number): JobId {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Math.trunc(atMs), 0, 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = bytes.toString('hex');
  return JobId.parse(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
}
