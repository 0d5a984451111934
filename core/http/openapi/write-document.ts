// Writes docs/openapi.json anew: `node core/http/openapi/write-document.ts && npx biome format --write docs/openapi.json`.
import { readFileSync, writeFileSync } from 'node:fs';
import { openApiDocument } from './document.ts';

const root = new URL('../../../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };
writeFileSync(new URL('docs/openapi.json', root), `${JSON.stringify(openApiDocument(version), null, 2)}\n`);
