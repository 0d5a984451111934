import { z } from 'zod';
import { limits, maxSeed, SamplerName, SchedulerName } from '../../core/contract/generate.ts';
import { Contrast, LanguageChoice, Theme } from './settings/appearance.ts';
import { type AppState, emptyDraft, paneWidths } from './state.ts';
import type { AppStore } from './store.ts';

const key = 'vitrine/view/1';

const Kept = z.object({
  theme: Theme.catch('system'),
  contrast: Contrast.catch('system'),
  language: LanguageChoice.catch('system'),
  sort: z.enum(['newest', 'name', 'size', 'family']).catch('newest'),
  layout: z.enum(['wall', 'table']).catch('wall'),
  screen: z.enum(['models', 'generate', 'queue', 'health', 'settings']).catch('models'),
  selectedId: z.string().nullable().catch(null),
  paneWidth: z.number().min(paneWidths.min).max(paneWidths.max).catch(paneWidths.initial),
  hasSeenWelcome: z.boolean().catch(false),
  openFolds: z.array(z.string()).catch([]),
  draft: z
    .object({
      modelId: z.string().nullable(),
      prompt: z.string().max(limits.promptCharacters),
      negativePrompt: z.string().max(limits.promptCharacters),
      width: z.int().nullable(),
      height: z.int().nullable(),
      steps: z.int().nullable(),
      guidanceScale: z.number().nullable(),
      sampler: SamplerName,
      scheduler: SchedulerName,
      seed: z.int().min(0).max(maxSeed).nullable(),
      count: z.int().min(1).max(limits.maxCount),
    })
    .catch(emptyDraft),
}) satisfies z.ZodType<Partial<AppState>>;

interface TextStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** What the last window left behind; anything that is not understood falls back to its beginning. */
export function restoreView(storage: TextStore): Partial<AppState> {
  try {
    return Kept.parse(JSON.parse(storage.getItem(key) ?? '{}'));
  } catch {
    return {};
  }
}

/** Keeps the view from now on. Returns what ends that. */
export function keepView(store: AppStore, storage: TextStore): () => void {
  let last = '';
  return store.subscribe((state) => {
    const text = JSON.stringify(Kept.parse(state));
    if (text === last) return;
    last = text;
    try {
      storage.setItem(key, text);
    } catch {
      // A full or forbidden storage costs the memory of the view, nothing else.
    }
  });
}
