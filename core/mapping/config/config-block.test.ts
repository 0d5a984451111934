import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { entriesIn, withEntries } from './config-block.ts';
import { ConfigUnusable, canBeEntry } from './config-entry.ts';

const entries = [
  { key: 'loras', folder: '/lib/models/lora/unknown/ink' },
  { key: 'checkpoints', folder: '/lib/models/checkpoint/sd/a b: "c" #d' },
  { key: 'loras', folder: 'C:\\Vitrine\\models\\lora' },
];
const bomb = `a: &a [x,x,x,x,x,x,x,x,x]
${['b', 'c', 'd', 'e', 'f']
  .map((key, at) => `${key}: &${key} [${Array(9).fill(`*${'abcde'[at]}`).join(',')}]`)
  .join('\n')}\n`;
const example = `# ComfyUI's own example, as people change it
a111:
    base_path: path/to/stable-diffusion-webui/

    checkpoints: models/Stable-diffusion
    loras: |
         models/Lora
         models/LyCORIS
`;

test.each([
  ['no file at all', null],
  ['an empty file', ''],
  ['a file that people have', example],
  ['a file of comments', '# nothing\n'],
  ['a file without a line break at its end', example.trimEnd()],
  ['a file of another system', example.replaceAll('\n', '\r\n')],
  ['a file with a byte order mark', `\ufeff${example}`],
  ['a document with its end', `---\n${example}`],
])('to %s entries are added, and taken away again to the last byte', (_, text) => {
  const added = withEntries(text, entries);
  expect(entriesIn(added)).toEqual(expect.arrayContaining(entries));
  expect(parse(added ?? '')).toEqual({
    ...parse(text ?? ''),
    vitrine: {
      checkpoints: '/lib/models/checkpoint/sd/a b: "c" #d\n',
      loras: '/lib/models/lora/unknown/ink\nC:\\Vitrine\\models\\lora\n',
    },
  });
  expect(withEntries(added, entries.slice(0, 1))).not.toBe(added);
  expect(withEntries(withEntries(added, entries.slice(0, 1)), [])).toBe(text);
  expect(withEntries(added, [])).toBe(text);
});

test('what people add around ours stays', () => {
  const added = `${withEntries(null, entries)}mine:\n  loras: /x\n`;
  expect(withEntries(added, [])).toBe('mine:\n  loras: /x\n');
  expect(parse(withEntries(added, entries.slice(0, 1)) ?? '')).toMatchObject({ mine: { loras: '/x' } });
});

test.each([
  ['what is no YAML', 'a: [1, 2', /not YAML/],
  ['a list', '- a\n- b\n', /not a list of named parts/],
  ['a single word', 'hello', /not a list of named parts/],
  ['an open document of another kind', '{a: 1}\n', /nothing can be put at its end|not YAML/],
  ['a text block that would swallow ours', 'a: |\n  x\n  y', null],
  ['two documents', 'a: 1\n---\nb: 2\n', /not YAML/],
  ['a part with our name', 'vitrine:\n  loras: /x\n', /a part named "vitrine" already/],
  ['keys that are no text', '1: a\n', null],
  ['the same key twice', 'a: 1\na: 2\n', /not YAML/],
  ['aliases that blow up', bomb, /not YAML/],
])('to %s nothing is added unless it then says what it said', (_, text, reason) => {
  const add = () => withEntries(text, entries);
  if (reason === null) expect(withEntries(add(), [])).toBe(text);
  else expect(add).toThrow(reason);
});

test.each([
  ['without its end', (text: string) => text.replace('# <<< Vitrine', '#')],
  ['twice', (text: string) => text + text],
  ['with another first line', (text: string) => text.replace('leave as it is', 'change me')],
  ['with another kind of entry', (text: string) => text.replace(/loras: \|\n/, 'loras:\n')],
  ['with a comment in it', (text: string) => text.replace('vitrine:', 'vitrine: # mine')],
  ['with one more folder', (text: string) => text.replace('loras: |\n', 'loras: |\n    /mine\n')],
])('our part %s was changed by hand: it is refused, not guessed at', (_, change) => {
  const changed = change(withEntries(null, entries) ?? '');
  expect(() => withEntries(changed, [])).toThrow(ConfigUnusable);
});

test('any text stays what it was, or is refused', () => {
  const line = fc.constantFrom(
    'a:',
    '  b: c',
    '- x',
    '# >>> Vitrine',
    '"',
    '{',
    'vitrine: 1',
    '',
    '  - y',
    '| z',
    '---',
    '&a *a',
    '\t',
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'), (lines, between) => {
      const text = lines.join(between);
      try {
        const added = withEntries(text, entries);
        expect(withEntries(added, [])).toBe(text);
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigUnusable);
      }
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['/a/b', true],
  ['/a b/\u00fc', true],
  ['/a\nb', false],
  ['/a ', false],
])('a folder named %j can be an entry: %s', (folder, can) => {
  expect(canBeEntry(folder)).toBe(can);
});
