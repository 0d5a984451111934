import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { env } from 'onnxruntime-node';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { judgeProvider, unusable } from './judge-provider.ts';
import { machineKey } from './machine-key.ts';
import { type Provider, Verdict } from './verdict.ts';

/** What was found out about providers. One that is asked for again is not tried again. */
export interface Verdicts {
  of(provider: Provider): Promise<Verdict>;
  /** Forgets everything: the next question tries anew. */
  forget(): Promise<void>;
}

export const runtimeVersion = (): string => env.versions.node ?? env.versions.common;

const Kept = z.object({
  version: z.literal(1),
  /** See {@link machineKey}. */
  key: z.string(),
  verdicts: z.record(z.string(), Verdict),
  /** A provider that is being tried, and how often that began: a driver may end the whole process. */
  trying: z.object({ provider: z.string(), times: z.int().positive() }).nullable(),
});
type Kept = z.infer<typeof Kept>;

/** Once may have been somebody's impatience. */
const mostTries = 2;

export interface VerdictsOptions {
  /** Where they are remembered between starts; null: nowhere. */
  readonly path: string | null;
  readonly judge?: (provider: Provider) => Promise<Verdict>;
  readonly keyOf?: () => Promise<string>;
}

/**
 * Verdicts of this process, and of earlier ones on the same machine with the same runtime and drivers. A provider that ended the process twice
 * when it was tried counts as unusable. A file that can't be read or written is done without.
 */
export function openVerdicts({
  path,
  judge = judgeProvider,
  keyOf = () => machineKey(runtimeVersion()),
}: VerdictsOptions): Verdicts {
  const asked = new Map<Provider, Promise<Verdict>>();
  let kept: Promise<Kept> | null = null;
  const load = (): Promise<Kept> => {
    kept ??= keyOf().then(
      async (key) => (await readKept(path, key)) ?? { version: 1, key, verdicts: {}, trying: null },
    );
    return kept;
  };
  const save = async (change: Partial<Kept>): Promise<void> => {
    const next = { ...(await load()), ...change };
    kept = Promise.resolve(next);
    if (path !== null) await writeKept(path, next);
  };

  const find = async (provider: Provider): Promise<Verdict> => {
    const { verdicts, trying } = await load();
    const known = Object.hasOwn(verdicts, provider) ? verdicts[provider] : undefined;
    if (known !== undefined) return known;
    const times = trying?.provider === provider ? trying.times : 0;
    let verdict: Verdict;
    if (times >= mostTries) verdict = unusable('It ended the process when it was tried.');
    else {
      await save({ trying: { provider, times: times + 1 } });
      verdict = await judge(provider);
    }
    await save({ verdicts: { ...(await load()).verdicts, [provider]: verdict }, trying: null });
    return verdict;
  };

  return {
    of: (provider) => {
      const known = asked.get(provider);
      if (known !== undefined) return known;
      const verdict = find(provider);
      asked.set(provider, verdict);
      return verdict;
    },
    forget: async () => {
      asked.clear();
      await save({ verdicts: {}, trying: null });
    },
  };
}

/** Null for a file that is missing, no longer true, or not ours. */
async function readKept(path: string | null, key: string): Promise<Kept | null> {
  if (path === null) return null;
  try {
    const read = Kept.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return read.success && read.data.key === key ? read.data : null;
  } catch {
    return null;
  }
}

async function writeKept(path: string, kept: Kept): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, `${JSON.stringify(kept, null, 2)}\n`);
  } catch {
    // Not remembering costs a second at the next start, and nothing else.
  }
}
