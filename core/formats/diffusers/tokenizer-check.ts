import { join } from 'node:path';
import type { Finding } from '../../contract/library/finding.ts';
import type { OpenFile } from '../file-calls.ts';
import { FileWindow } from '../file-window.ts';
import { formatLimits } from '../limits.ts';
import { ProtoWalker } from '../onnx/proto-walker.ts';
import { parseJsonBytes, ReadFault, readExactly, withRegularFile } from '../read-bounded.ts';
import { findingOf } from './finding-of.ts';

/** A larger tokenizer.json (T5, Gemma) would block the thread that parses it for a tenth of a second; its ends are looked at instead. */
const parsedUpToBytes = 4 * 2 ** 20;

/** Each a set of files that makes a tokenizer whole. */
const tokenizerSets: readonly (readonly string[])[] = [
  ['vocab.json', 'merges.txt'],
  ['tokenizer.json'],
  ['spiece.model'],
  ['tokenizer.model'],
  ['sentencepiece.bpe.model'],
  ['vocab.txt'],
];

/** Read where they are there, and not needed. */
const optionalFiles = [
  'vocab.json',
  'merges.txt',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
];

/** Words of a vocabulary that no merge makes: those that stand for a start, an end or nothing, and what people added. */
const unmergedWords = 100;

type Vocabulary = Readonly<Record<string, unknown>>;

/** Opens the files of a tokenizer. `names` are those in its folder `name` below `root`. */
export async function checkTokenizer(root: string, name: string, names: readonly string[]): Promise<Finding[]> {
  const whole = tokenizerSets.find((set) => set.every((file) => names.includes(file)));
  if (whole === undefined)
    return [
      findingOf(
        'missing_tokenizer_files',
        `"${name}" holds no whole tokenizer: it needs vocab.json and merges.txt, or tokenizer.json. Download them.`,
        name,
      ),
    ];
  const findings: Finding[] = [];
  let vocabulary: Vocabulary | null = null;
  for (const file of new Set([...whole, ...optionalFiles.filter((optional) => names.includes(optional))])) {
    const path = `${name}/${file}`;
    const checked = await checkFile(root, path, vocabulary);
    if (checked.problem !== null) findings.push(checked.problem);
    if (file === 'vocab.json') vocabulary = checked.json;
  }
  return findings;
}

interface Checked {
  readonly problem: Finding | null;
  readonly json: Vocabulary | null;
}

async function checkFile(root: string, path: string, vocabulary: Vocabulary | null): Promise<Checked> {
  const invalid = (what: string): Checked => ({
    problem: findingOf('invalid_config', `"${path}" ${what}. Download it again.`, path),
    json: null,
  });
  const fine: Checked = { problem: null, json: null };
  try {
    return await withRegularFile(join(root, path), async (handle, sizeBytes) => {
      if (sizeBytes === 0) return invalid('is empty');
      if (path.endsWith('.json')) {
        const json = sizeBytes > parsedUpToBytes ? null : jsonObjectOf(await readExactly(handle, 0, sizeBytes));
        if (sizeBytes > parsedUpToBytes ? await hasBraces(handle, sizeBytes) : json !== null)
          return { problem: null, json };
        return invalid('is not a JSON object');
      }
      const start = (await readExactly(handle, 0, Math.min(sizeBytes, 32))).toString('latin1');
      if (start.startsWith('version https://git-lfs')) return invalid('is a Git LFS pointer, not the file itself');
      if (/(spiece|sentencepiece\.bpe)\.model$/.test(path))
        return (await isProtobuf(handle, sizeBytes)) ? fine : invalid('is damaged, or ends too early');
      if (!path.endsWith('merges.txt') || sizeBytes > parsedUpToBytes) return fine;
      const problem = problemOfMerges((await readExactly(handle, 0, sizeBytes)).toString('utf8'), vocabulary);
      return problem === null ? fine : invalid(problem);
    });
  } catch (error) {
    if (!(error instanceof ReadFault)) throw error;
    const code = error.problem === 'missing' ? 'missing_tokenizer_files' : 'component_unreadable';
    return { problem: findingOf(code, `"${path}" ${error.reason}. Download it again.`, path), json: null };
  }
}

/** What is wrong with merges, as a clause: each line is a pair, and each longer word of the vocabulary is what a pair makes. */
function problemOfMerges(text: string, vocabulary: Vocabulary | null): string | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#version'));
  const isPair = (line: string | undefined) => line === undefined || /^\S+ \S+\s*$/.test(line);
  if (text.includes('\0') || !isPair(lines[0]) || !isPair(lines.at(-1)))
    return 'holds other things than pairs of symbols';
  if (vocabulary === null) return null;
  const made = Object.keys(vocabulary).filter((word) => [...word.replace(/<\/w>$/, '')].length > 1).length;
  return made - lines.length > unmergedWords + made / 20
    ? `has ${lines.length} merges, though the vocabulary has ${made} words that are made by one`
    : null;
}

async function isProtobuf(handle: OpenFile, sizeBytes: number): Promise<boolean> {
  const limits = { fields: formatLimits.onnxFields, fieldBytes: formatLimits.onnxFieldBytes };
  try {
    await new ProtoWalker(new FileWindow(handle, sizeBytes, formatLimits.listBytes), limits).each(
      0,
      sizeBytes,
      () => undefined,
    );
    return true;
  } catch (error) {
    if (error instanceof ReadFault) return false;
    throw error;
  }
}

function jsonObjectOf(bytes: Uint8Array): Vocabulary | null {
  try {
    const json = parseJsonBytes(bytes);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Vocabulary) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Whether a large file starts and ends as a JSON object does: what a download that stopped half way does not. */
async function hasBraces(handle: OpenFile, sizeBytes: number): Promise<boolean> {
  const start = (await readExactly(handle, 0, 64)).toString('latin1').trimStart();
  const end = (await readExactly(handle, sizeBytes - 64, 64)).toString('latin1').trimEnd();
  return start.startsWith('{') && end.endsWith('}');
}
