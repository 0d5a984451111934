import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenApp, openApp } from '../fixtures/open-app.ts';
import { openApiDocument } from './document.ts';

let app: OpenApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const root = new URL('../../../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
}

test('docs/openapi.json is the document that the server gives: write-document.ts writes it anew', async () => {
  const kept: unknown = JSON.parse(readFileSync(new URL('docs/openapi.json', root), 'utf8'));
  expect(kept).toEqual(JSON.parse(JSON.stringify(openApiDocument(version))));
  expect((await app.get('/openapi.json')).body).toEqual(kept);
});

test('no two operations have one name, and every reference leads somewhere', () => {
  const document = openApiDocument(version) as unknown as Document & Record<string, unknown>;
  const names = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  );
  expect(new Set(names).size).toBe(names.length);
  for (const [, reference = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = reference
      .split('/')
      .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], document);
    expect(found, reference).toBeDefined();
  }
});

test('every path of the document is served', async () => {
  const { paths } = openApiDocument(version) as unknown as Document;
  for (const [path, methods] of Object.entries(paths)) {
    if (path === '/api/v1/events') continue;
    const url = app.url + path.replace('{id}', '01890a5d-ac96-774b-bcce-b302099a8057').replaceAll(/\{\w+\}/g, 'x');
    for (const method of Object.keys(methods)) {
      // A body of another kind than JSON objects is refused by every route that there is, and by no other.
      const response = await fetch(url, {
        method,
        ...(method === 'post' && { body: '[]', headers: { 'content-type': 'application/json' } }),
      });
      const body = await response.text();
      expect(response.status, `${method} ${path}`).not.toBe(405);
      expect(body, `${method} ${path}`).not.toContain('"what":"address"');
      expect(body, `${method} ${path}`).not.toContain('"detail":"Not Found"');
    }
  }
});
