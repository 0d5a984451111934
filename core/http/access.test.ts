import { expect, test } from 'vitest';
import { type AccessFacts, accessFailure, isLoopback } from './access.ts';

const plain: AccessFacts = {
  host: '127.0.0.1:7860',
  origin: undefined,
  fetchSite: undefined,
  fetchMode: undefined,
  authorization: undefined,
  isPublic: false,
};
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

test.each<[string, Partial<AccessFacts>, string | null]>([
  ['a plain program', {}, null],
  ['localhost by name', { host: 'localhost:7860' }, null],
  ['localhost over IPv6', { host: '[::1]:7860' }, null],
  ['its own page', { origin: 'http://127.0.0.1:7860', fetchSite: 'same-origin' }, null],
  ['an address typed into a browser', { fetchSite: 'none', fetchMode: 'navigate' }, null],
  ['a link on a foreign page', { fetchSite: 'cross-site', fetchMode: 'navigate' }, null],
  ['a name that was rebound to this machine', { host: 'evil.example:7860' }, 'forbidden'],
  ['a name that begins like a loopback address', { host: '127.0.0.1.evil.example' }, 'forbidden'],
  ['an address of another machine', { host: '192.168.1.5:7860' }, 'forbidden'],
  ['no Host at all', { host: undefined }, 'forbidden'],
  ['a Host that is no host', { host: 'a@127.0.0.1/b' }, 'forbidden'],
  ['a foreign page', { origin: 'https://evil.example' }, 'forbidden'],
  ['a page of another port', { origin: 'http://127.0.0.1:9999' }, 'forbidden'],
  ['a page without an origin', { origin: 'null' }, 'forbidden'],
  ['a picture in a foreign page', { fetchSite: 'cross-site', fetchMode: 'no-cors' }, 'forbidden'],
])('%s at a loopback server is answered as %o: %s', (_, facts, code) => {
  const failed = accessFailure({ boundHost: '127.0.0.1', apiKey: null }, { ...plain, ...facts });
  expect(failed?.failure.code ?? null).toBe(code);
});

test.each<[string, Partial<AccessFacts>, string | null]>([
  ['no key', {}, 'unauthorized'],
  ['the key as a token', { authorization: 'Bearer s3cret' }, null],
  ['another key', { authorization: 'Bearer s3cre' }, 'unauthorized'],
  ['the key as a password', { authorization: basic('anybody:s3cret') }, null],
  ['another password', { authorization: basic('s3cret:x') }, 'unauthorized'],
  ['an unknown scheme', { authorization: 'Digest s3cret' }, 'unauthorized'],
  ['a public page without a key', { isPublic: true }, null],
])('a server on all addresses answers %s right', (_, facts, code) => {
  const rules = { boundHost: '0.0.0.0', apiKey: 's3cret' };
  expect(accessFailure(rules, { ...plain, host: '192.168.1.5:7860', ...facts })?.failure.code ?? null).toBe(code);
});

test('a key of the form user:password is taken as HTTP Basic has it', () => {
  const rules = { boundHost: '127.0.0.1', apiKey: 'mira:pa:ss' };
  expect(accessFailure(rules, { ...plain, authorization: basic('mira:pa:ss') })).toBeNull();
  expect(accessFailure(rules, { ...plain, authorization: basic('mira:pa') })?.failure.code).toBe('unauthorized');
});

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['::1', true],
  ['[::1]', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.1.5', false],
  ['127.0.0.1.example', false],
  ['', false],
])('whether %s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
