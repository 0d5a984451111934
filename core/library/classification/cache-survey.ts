import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { repoIdOf } from '../../formats/huggingface-cache.ts';
import { ReadFault, readFaultOf, readSmallFile } from '../../formats/read-bounded.ts';
import type { Survey } from './survey.ts';

/** How many repositories and snapshots of one cache are looked at. */
const maxRepositories = 10_000;
/** A ref is a commit in hexadecimal. */
const refBytes = 1000;

/**
 * The repositories of a Hugging Face cache that a folder is, or is one of; null when it is none. `~/.cache/huggingface`, its `hub` and one
 * `models--*` folder are all taken.
 */
export async function cacheRepositoriesOf(folder: string, names: ReadonlySet<string>): Promise<string[] | null> {
  if (repoIdOf(basename(folder)) !== null && (names.has('snapshots') || names.has('blobs'))) return [folder];
  const direct = [...names].filter((name) => repoIdOf(name) !== null);
  if (direct.length > 0)
    return direct
      .slice(0, maxRepositories)
      .sort()
      .map((name) => join(folder, name));
  if (!names.has('hub')) return null;
  const inHub = (await namesIn(join(folder, 'hub'))).filter((name) => repoIdOf(name) !== null);
  if (inHub.length === 0) return null;
  return inHub
    .slice(0, maxRepositories)
    .sort()
    .map((name) => join(folder, 'hub', name));
}

/** Looks at each snapshot of a repository. Gives the refs that point at each, `main` first, by the snapshot's path. */
export async function surveyRepository(
  repository: string,
  survey: Survey,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const refs = await readRefs(join(repository, 'refs'));
  const refsOf = new Map<string, string[]>();
  const revisions = (await namesIn(join(repository, 'snapshots'))).sort();
  const named = [...refs.values()].filter((commit) => revisions.includes(commit));
  // Snapshots share their blobs: a file in several of them is offered once, in the one that a branch points at.
  for (const revision of new Set([...named, ...revisions])) {
    const snapshot = join(repository, 'snapshots', revision);
    refsOf.set(
      snapshot,
      [...refs].filter(([, commit]) => commit === revision).map(([name]) => name),
    );
    await survey.walk(snapshot);
  }
  for (const name of await namesIn(join(repository, 'blobs')))
    if (name.endsWith('.incomplete'))
      survey.skip(join(repository, 'blobs', name), 'It is a download that has not finished.');
  return refsOf;
}

async function readRefs(folder: string): Promise<ReadonlyMap<string, string>> {
  const refs = new Map<string, string>();
  for (const name of (await namesIn(folder))
    .sort((a, b) => Number(b === 'main') - Number(a === 'main'))
    .slice(0, 100)) {
    try {
      refs.set(name, (await readSmallFile(join(folder, name), refBytes)).toString('latin1').trim());
    } catch (error) {
      // `refs/pr/` is a folder.
      if (!(error instanceof ReadFault)) throw error;
    }
  }
  return refs;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    readFaultOf(error);
    return [];
  }
}
