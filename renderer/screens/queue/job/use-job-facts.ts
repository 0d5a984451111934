import { useTranslations } from 'use-intl';
import type { Job } from '../../../../core/contract/jobs/job.ts';
import { useApp } from '../../../app-context.tsx';
import { baseName } from '../../../format/path.ts';

/** A job in words: what was asked for, and in one line with what. */
export function useJobFacts({ request, origin, status }: Job) {
  const t = useTranslations('queue');
  const { model_id, bundle, width, height, count, prompt, init_image } = request;
  const known = useApp((state) => (model_id === undefined ? undefined : state.models[model_id]?.name));
  const model = known ?? (bundle === undefined ? nameOf(model_id) : baseName(bundle)) ?? t('starter');
  const parts = [
    width !== undefined && height !== undefined
      ? t('what', { model, count, width, height })
      : t('whatNoSize', { model, count }),
    ...(init_image === undefined ? [] : [t('fromPicture')]),
    // One that waits says it beside its time.
    ...(origin === 'window' || status === 'queued' ? [] : [t(`origin_${origin}`)]),
  ];
  return { model, title: prompt || t('noPrompt'), facts: parts.join(', ') };
}

/** Of a model that is not in the library any more: the last part of its id. */
function nameOf(modelId: string | undefined): string | undefined {
  return modelId?.split('/').at(-1);
}
