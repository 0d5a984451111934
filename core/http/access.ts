import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { Failed } from '../contract/failure.ts';

export interface AccessRules {
  /** The address that the server listens on. */
  readonly boundHost: string;
  readonly apiKey: string | null;
}

/** What a request says of where it comes from: its headers, as they are. */
export interface AccessFacts {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly fetchMode: string | undefined;
  readonly authorization: string | undefined;
  /** Whether anybody may ask: no key is needed. */
  readonly isPublic: boolean;
}

/**
 * Why a request is turned away, or null. A page of another site that runs in a browser on this machine reaches a loopback port:
 * under a name of its own that resolves to 127.0.0.1 (so the Host header must name this machine), or from its own origin
 * (so Origin, where a browser sends one, must be this server's).
 */
export function accessFailure(rules: AccessRules, facts: AccessFacts): Failed | null {
  const host = hostNameOf(facts.host);
  if (host === null || !isOwnName(host, rules.boundHost)) {
    return new Failed('forbidden', { reason: `This server is not called "${facts.host ?? ''}". Use its address.` });
  }
  if (facts.origin !== undefined && originHostOf(facts.origin) !== facts.host?.toLowerCase()) {
    return new Failed('forbidden', { reason: `Pages of "${facts.origin}" may not use this server.` });
  }
  const isForeignPage = facts.fetchSite === 'cross-site' || facts.fetchSite === 'same-site';
  if (isForeignPage && facts.fetchMode !== 'navigate') {
    return new Failed('forbidden', { reason: 'Pages of other sites may not use this server.' });
  }
  if (rules.apiKey === null || facts.isPublic || carriesKey(facts.authorization, rules.apiKey)) return null;
  return new Failed('unauthorized');
}

/** Whether only this machine can reach a server on this address. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1') return true;
  return isIP(bare) === 4 && bare.startsWith('127.');
}

function isOwnName(name: string, boundHost: string): boolean {
  if (isLoopback(name) || name === boundHost.toLowerCase()) return true;
  if (isLoopback(boundHost)) return false;
  // A number can't be rebound to another address; a name of somebody else's domain can.
  return isIP(name) !== 0 || name === hostname().toLowerCase() || name === `${hostname().toLowerCase()}.local`;
}

function hostNameOf(header: string | undefined): string | null {
  if (!header || !/^[\w.:[\]-]+$/.test(header)) return null;
  return URL.parse(`http://${header}`)?.hostname.replace(/^\[|\]$/g, '') ?? null;
}

function originHostOf(origin: string): string | null {
  return URL.parse(origin)?.host || null;
}

/** A Bearer token, or HTTP Basic as clients of stable-diffusion-webui and browsers send it: the key as password, or the key as `user:password`. */
function carriesKey(authorization: string | undefined, apiKey: string): boolean {
  const [, scheme = '', credentials = ''] = /^(\w+) +(\S+) *$/.exec(authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return isSame(credentials, apiKey);
  if (scheme.toLowerCase() !== 'basic') return false;
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  const isPassword = isSame(pair.slice(pair.indexOf(':') + 1), apiKey);
  return isSame(pair, apiKey) || isPassword;
}

/** In a time that tells nothing of how much is right: digests have one length. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
