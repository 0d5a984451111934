import { opendir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Candidate, Classification, PathKind } from '../../contract/library/model.ts';
import { hasModelIndex } from '../../formats/diffusers/diffusers-folder.ts';
import { type ModelFacts, readModelFacts } from '../../formats/model-facts.ts';
import { partialReasonOf } from '../../formats/partial-download.ts';
import { readFaultOf } from '../../formats/read-bounded.ts';
import { formatOfName } from '../../formats/single-file/file-format.ts';
import { resolveSource } from '../source-path.ts';
import { appLayoutOf } from './app-layout.ts';
import { cacheRepositoriesOf, surveyRepository } from './cache-survey.ts';
import { type ClassifyLookups, candidateOf } from './candidate-of.ts';
import { Survey } from './survey.ts';

/** Headers read at once: as many as the runtime has threads for files. */
const readersAtOnce = 4;
/** Names of one folder that are asked what kind of folder it is. */
const askedNames = 10_000;

type Answer = Pick<Classification, 'kind' | 'reasons' | 'candidates' | 'skipped'> & { readonly path?: string };

/**
 * What a path holds, of all the ways models come: one file, a diffusers folder, a Hugging Face cache, another app's models folder, any folder
 * with models in it. Reads headers only, writes nothing; what is broken is a candidate with findings, what is no model is named as skipped.
 * `path` as picked, links and all. At most `surveyLimits.models` candidates; a note in `skipped` says when there are more.
 *
 * Throws `path_not_found`, `unreadable`, `unsupported_path`, `invalid_input`.
 */
export async function classifyPath(path: string, lookups: ClassifyLookups): Promise<Classification> {
  const { given, isFolder } = await resolveSource(path);
  const answer = isFolder ? await classifyFolder(given, lookups) : await classifyFile(given, lookups);
  return { path: given, ...answer, free_bytes: await lookups.freeBytes() };
}

async function classifyFile(path: string, lookups: ClassifyLookups): Promise<Answer> {
  const name = basename(path);
  // Where only files can be picked, this is how a folder is chosen.
  if (name === 'model_index.json') return { path: dirname(path), ...(await classifyFolder(dirname(path), lookups)) };
  const siblings = new Set(await namesIn(dirname(path)));
  const partial = partialReasonOf(name, (sibling) => siblings.has(sibling));
  if (partial !== null) return unsupported([`${partial} Wait until it has.`], [{ path, reason: partial }]);
  const facts = await readModelFacts(path);
  if (formatOfName(name) === null && facts.weightsFormat === 'unknown')
    return unsupported(['It is a file, but none that holds a model.'], []);
  return {
    kind: 'single_file',
    reasons: ['It is one file of weights.'],
    candidates: [candidateOf(path, facts, lookups)],
    skipped: [],
  };
}

async function classifyFolder(path: string, lookups: ClassifyLookups): Promise<Answer> {
  if (await hasModelIndex(path))
    return {
      kind: 'diffusers_directory',
      reasons: ['It holds a model_index.json, as diffusers writes it.'],
      candidates: [candidateOf(path, await readModelFacts(path), lookups)],
      skipped: [],
    };
  if (await hasModelIndex(dirname(path)))
    return unsupported([`It is a part of the diffusers model in "${dirname(path)}". Choose that folder.`], []);

  const names = new Set(await namesIn(path));
  const survey = new Survey();
  const repositories = await cacheRepositoriesOf(path, names);
  if (repositories !== null) return classifyCache(path, repositories, survey, lookups);

  const app = await appFolderOf(path, names);
  for (const folder of app?.folders ?? [path]) await survey.walk(folder);
  const { candidates, skipped } = await readAll(path, survey, lookups, () => []);
  if (candidates.length === 0 && app === null)
    return unsupported(
      [
        'Neither this folder nor one below it holds a model: no model_index.json, no .safetensors, .gguf, .onnx, .ckpt, .pt, .pth or .bin.',
      ],
      skipped,
    );
  const found = count(candidates.length, 'model');
  return app === null
    ? {
        kind: 'model_collection',
        reasons: [`There ${candidates.length === 1 ? 'is' : 'are'} ${found} in it and below it.`],
        candidates,
        skipped,
      }
    : {
        kind: app.kind,
        reasons: [`It has the folders that ${app.app} keeps its models in.`, `They hold ${found}.`],
        candidates,
        skipped,
      };
}

async function classifyCache(
  path: string,
  repositories: readonly string[],
  survey: Survey,
  lookups: ClassifyLookups,
): Promise<Answer> {
  const refsOf = new Map<string, readonly string[]>();
  for (const repository of repositories)
    for (const [snapshot, refs] of await surveyRepository(repository, survey)) refsOf.set(snapshot, refs);
  const { candidates, skipped } = await readAll(path, survey, lookups, (model, { revision }) => {
    let snapshot = model;
    while (!refsOf.has(snapshot) && snapshot.length > path.length) snapshot = dirname(snapshot);
    const refs = refsOf.get(snapshot) ?? [];
    if (revision === null) return [];
    return [
      refs.length > 0
        ? `It is what ${refs.join(', ')} was when it was downloaded.`
        : 'No branch points at this revision any more.',
    ];
  });
  return {
    kind: 'huggingface_cache',
    reasons: [
      `It is a Hugging Face cache of ${count(repositories.length, 'model repository', 'model repositories')}.`,
      `Its snapshots hold ${count(candidates.length, 'model')}.`,
    ],
    candidates,
    skipped,
  };
}

/** The models folder of another app: the folder itself, or `models` in it. webui keeps its embeddings beside that folder. */
async function appFolderOf(
  path: string,
  names: ReadonlySet<string>,
): Promise<{ readonly kind: PathKind; readonly app: string; readonly folders: readonly string[] } | null> {
  const direct = appLayoutOf(names);
  const inside = direct === null && names.has('models') ? appLayoutOf(await namesIn(join(path, 'models'))) : null;
  const layout = direct ?? inside;
  if (layout === null) return null;
  const models = direct === null ? join(path, 'models') : path;
  if (layout.kind !== 'webui_models') return { ...layout, folders: [models] };
  const beside = join(dirname(models), 'embeddings');
  const hasBeside = basename(models) === 'models' && (await namesIn(dirname(models))).includes('embeddings');
  return { ...layout, folders: hasBeside ? [models, beside] : [models] };
}

async function readAll(
  rootPath: string,
  survey: Survey,
  lookups: ClassifyLookups,
  reasonsFor: (path: string, facts: ModelFacts) => readonly string[],
): Promise<Pick<Answer, 'candidates' | 'skipped'>> {
  const { models } = survey;
  const found: (Candidate | null)[] = new Array(models.length).fill(null);
  let next = 0;
  const readNext = async (): Promise<void> => {
    while (next < models.length) {
      const index = next;
      next += 1;
      const path = models[index] ?? '';
      const facts = await readModelFacts(path, { siblings: survey.namesIn(dirname(path)) });
      const reason = notAModel(facts);
      if (reason === null) found[index] = candidateOf(path, facts, lookups, reasonsFor(path, facts));
      else survey.skip(path, reason);
      // Files in the page cache are answered so fast that nothing else would get a turn.
      await nextTurn();
    }
  };
  await Promise.all(Array.from({ length: readersAtOnce }, readNext));
  return { candidates: found.filter((candidate) => candidate !== null), skipped: survey.skipped(rootPath) };
}

/** Why a file that was found among others isn't offered: one chosen by itself would be, with its findings. */
function notAModel(facts: ModelFacts): string | null {
  if (facts.bundleFormat !== 'single_file') return null;
  const [finding] = facts.findings;
  if (facts.weightsFormat === 'unknown') return finding?.message ?? 'It holds no weights.';
  if (finding?.code === 'truncated_weights') return `It is not complete: ${finding.message}`;
  return null;
}

function unsupported(reasons: string[], skipped: Classification['skipped']): Answer {
  return { kind: 'unsupported', reasons, candidates: [], skipped };
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of await opendir(folder)) if (names.push(name) >= askedNames) break;
  } catch (error) {
    readFaultOf(error);
  }
  return names;
}

function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
