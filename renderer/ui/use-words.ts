import { createContext, createElement, type ReactNode, use, useMemo } from 'react';
import { isRTL } from 'react-aria-components/I18nProvider';
import { useLocale, useTranslations } from 'use-intl';
import { FailureCode, failures } from '../../core/contract/failure.ts';
import { ProviderName } from '../../core/contract/generate/runner.ts';
import type { Finding } from '../../core/contract/library/finding.ts';
import type { ModelSummary } from '../../core/contract/library/model.ts';
import { formatBytes, formatExactBytes } from '../format/bytes.ts';
import { formatDuration, formatTimeLeft } from '../format/duration.ts';
import { dateFormatter, numberFormatter } from '../format/formatters.ts';
import type { Problem } from '../store/problem.ts';
import type { Health } from '../store/selectors.ts';

const WordsContext = createContext<ReturnType<typeof wordsOf> | null>(null);

/** Makes the words of a language once, for all that stands below it. */
export function WordsProvider({ children }: { readonly children: ReactNode }) {
  const locale = useLocale();
  const t = useTranslations();
  const words = useMemo(() => wordsOf(locale, t), [locale, t]);
  return createElement(WordsContext, { value: words }, children);
}

/** Numbers and names as the reader's language has them. */
export function useWords() {
  const words = use(WordsContext);
  if (!words) throw new Error('a component stands outside the app');
  return words;
}

function wordsOf(locale: string, t: ReturnType<typeof useTranslations<never>>) {
  const whole = isRTL(locale) ? isolated : (text: string) => text;
  const family = (name: string) => {
    const key = `family.${name}`;
    return isFamily(key) ? t(key) : name;
  };
  return {
    locale,
    bytes: (count: number) => whole(formatBytes(count, locale)),
    exactBytes: (count: number) => whole(formatExactBytes(count, locale)),
    duration: (milliseconds: number) => whole(formatDuration(milliseconds, locale)),
    timeLeft: (milliseconds: number) => whole(formatTimeLeft(milliseconds, locale)),
    number: (value: number) => numberFormatter(locale).format(value),
    percent: (share: number) =>
      whole(numberFormatter(locale, { style: 'percent', maximumFractionDigits: 0 }).format(share)),
    few: (value: number) => numberFormatter(locale, { notation: 'compact', maximumSignificantDigits: 2 }).format(value),
    compact: (value: number) =>
      whole(
        numberFormatter(locale, {
          notation: 'compact',
          compactDisplay: 'long',
          maximumSignificantDigits: 3,
        }).format(value),
      ),
    time: (iso: string) => whole(dateFormatter(locale, { timeStyle: 'short' }).format(new Date(iso))),
    /** To the second. */
    clock: (iso: string) => whole(dateFormatter(locale, { timeStyle: 'medium' }).format(new Date(iso))),
    /** Day and time in full. */
    moment: (iso: string) =>
      whole(dateFormatter(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso))),
    day: (iso: string | Date) => dayOf(new Date(iso), locale, [t('generate.today'), t('generate.yesterday')]),
    family,
    health: (state: Health) => t(`health.${state}`),
    failed: (problem: Problem) => {
      const known = FailureCode.safeParse(problem.code);
      if (known.success) return t(`failure.${known.data}`, factsOf(known.data, problem));
      return problem.message ?? t('app.unreachable');
    },
    /** A finding's sentence. The core's is English: in another language it is the detail, and what the code means stands before it. */
    found: ({ code, message }: Pick<Finding, 'code' | 'message'>) =>
      locale.startsWith('en') ? { said: message, detail: null } : { said: t(`means.${code}`), detail: message },
    provider: (name: string) => {
      const known = ProviderName.safeParse(name);
      return known.success ? t(`provider.${known.data}`) : name;
    },
    format: (name: string) => (isFormat(name) ? t(`format.${name}`) : name),
    /** `SDXL` for what makes pictures, `LoRA, SDXL` for what joins it. */
    kind: ({ model_type, family: name }: Pick<ModelSummary, 'model_type' | 'family'>) => {
      if (model_type === 'diffusion' || model_type === 'checkpoint') return family(name);
      return name === 'unknown'
        ? t(`type.${model_type}`)
        : t('models.kind', { type: t(`type.${model_type}`), family: family(name) });
    },
  };
}

/** The details that a failure's sentence asks for. */
function factsOf(code: FailureCode, { details }: Problem): Record<string, string> {
  const names = failures[code].sentence.matchAll(/\{(\w+)\}/g);
  return Object.fromEntries([...names].map(([, name = '']) => [name, String(details?.[name] ?? 'unknown')]));
}

/** A number stays before its unit in a line that runs from right to left: its own first letter says how it is read. */
function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

const familyKeys = [
  'family.stable-diffusion-1',
  'family.stable-diffusion-2',
  'family.stable-diffusion-3',
  'family.stable-diffusion-xl',
  'family.flux',
  'family.flux-2',
  'family.qwen-image',
  'family.pixart',
  'family.sana',
  'family.auraflow',
  'family.chroma',
  'family.hidream',
  'family.lumina',
  'family.wan',
  'family.ltx-video',
  'family.hunyuan-video',
  'family.hunyuan',
  'family.cogview',
  'family.stable-cascade',
  'family.unknown',
] as const;

function isFamily(key: string): key is (typeof familyKeys)[number] {
  return familyKeys.some((known) => known === key);
}

const formatNames = [
  'diffusers_directory',
  'single_file',
  'model_collection',
  'huggingface_cache',
  'comfyui_models',
  'webui_models',
  'unsupported',
] as const;

function isFormat(name: string): name is (typeof formatNames)[number] {
  return formatNames.some((known) => known === name);
}

function dayOf(date: Date, locale: string, [today, yesterday]: [string, string]): string {
  const start = (day: Date) => new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
  const days = Math.round((start(new Date()) - start(date)) / 86_400_000);
  if (days === 0) return today;
  if (days === 1) return yesterday;
  const isThisYear = date.getFullYear() === new Date().getFullYear();
  return dateFormatter(locale, {
    day: 'numeric',
    month: 'short',
    ...(!isThisYear && { year: 'numeric' }),
  }).format(date);
}
