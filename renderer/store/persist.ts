import { z } from 'zod';
import {
  limits,
  maxSeed,
  NoiseSource,
  PromptSyntax,
  ResizeMode,
  SamplerName,
  SchedulerName,
} from '../../core/contract/generate/generate.ts';
import { ValidationState } from '../../core/contract/library/finding.ts';
import { ModelType } from '../../core/contract/library/metadata.ts';
import { firstQuestionKey } from '../client/ask-ahead.ts';
import { LanguageChoice } from '../messages/locale.ts';
import { firstQuestionOf } from './first-question.ts';
import { emptyDraft } from './generate/generate-part.ts';
import { initialModelsPart, noFilter, paneWidths } from './models/models-part.ts';
import { Contrast, Theme } from './settings/appearance-part.ts';
import type { AppState } from './state.ts';
import type { AppStore } from './store.ts';

const key = 'vitrine/view/1';
const settleMs = 150;

const KeptDraft = z.object({
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
  startFrom: z
    .object({
      reference: z.string(),
      name: z.string(),
      width: z.int(),
      height: z.int(),
      thumbnail: z.string().max(200_000),
    })
    .nullable()
    .catch(null),
  strength: z.number().min(0).max(1).catch(emptyDraft.strength),
  resizeMode: ResizeMode.catch(emptyDraft.resizeMode),
  upscale: z.literal([2, 4]).nullable().catch(null),
  subseed: z.int().min(0).max(maxSeed).nullable().catch(null),
  subseedStrength: z.number().min(0).max(1).catch(0),
  promptSyntax: PromptSyntax.nullable().catch(null),
  clipSkip: z.int().min(1).max(limits.maxClipSkip).nullable().catch(null),
  rng: NoiseSource.nullable().catch(null),
  saving: z
    .object({
      format: z.enum(['png', 'jpg', 'webp']).nullable(),
      quality: z.int().min(1).max(100).nullable(),
      isLossless: z.boolean().nullable(),
      hasInfotext: z.boolean().nullable(),
    })
    .catch(emptyDraft.saving),
});

const Kept = z.object({
  theme: Theme.catch('system'),
  contrast: Contrast.catch('system'),
  language: LanguageChoice.catch('system'),
  sort: z.enum(['newest', 'name', 'size', 'family']).catch('newest'),
  filter: z
    .object({
      query: z.string().max(1000),
      type: ModelType.nullable(),
      family: z.string().nullable(),
      tag: z.string().nullable(),
      precision: z.string().nullable(),
      state: ValidationState.nullable(),
      isOffline: z.boolean(),
      favourite: z.boolean(),
    })
    .catch(noFilter),
  topRow: z.int().min(0).catch(0),
  layout: z.enum(['wall', 'table']).catch('wall'),
  screen: z.enum(['models', 'generate', 'queue', 'health', 'mappings', 'settings']).catch('models'),
  selectedId: z.string().nullable().catch(null),
  paneWidth: z.number().min(paneWidths.min).max(paneWidths.max).catch(paneWidths.initial),
  mappingApp: z.string().max(100).nullable().catch(null),
  mappingRoots: z.record(z.string(), z.string()).catch({}),
  isLedgerOpen: z.boolean().catch(false),
  isPaneOpen: z.boolean().catch(true),
  hasSeenWelcome: z.boolean().catch(false),
  openFolds: z.array(z.string()).catch([]),
  draft: KeptDraft.catch(emptyDraft),
});

interface TextStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** What the last window left behind; anything that is not understood falls back to its beginning. */
export function restoreView(storage: TextStore): Partial<AppState> {
  try {
    const { filter, ...view } = Kept.parse(JSON.parse(storage.getItem(key) ?? '{}'));
    return { ...view, listing: { ...initialModelsPart.listing, filter } };
  } catch {
    return {};
  }
}

/**
 * Keeps the view from now on, and with it what the next window asks first, a moment after it changed. Returns what writes it at once, for
 * a window that closes: what parts of the window tell of themselves in that same turn is written too, whoever hears first that it closes.
 * No more than the last moment may hang on that: Chromium ends a page that has not heard of its closing within half a second.
 */
export function keepView(store: AppStore, storage: TextStore): () => void {
  let last = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLeaving = false;
  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    const state = store.getState();
    const text = JSON.stringify(Kept.parse({ ...state, filter: state.listing.filter }));
    if (text === last) return;
    last = text;
    try {
      storage.setItem(key, text);
      storage.setItem(firstQuestionKey, JSON.stringify(firstQuestionOf(state)));
    } catch {
      // A full or forbidden storage costs the memory of the view, nothing else.
    }
  };
  store.subscribe(() => {
    if (isLeaving) write();
    else timer ??= setTimeout(write, settleMs);
  });
  return () => {
    isLeaving = true;
    write();
    // Comes to pass only in a page that stays, or that the browser brings back.
    setTimeout(() => {
      isLeaving = false;
    });
  };
}
