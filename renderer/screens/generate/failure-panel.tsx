import { useTranslations } from 'use-intl';
import type { Job } from '../../../core/contract/jobs/job.ts';
import { useActions } from '../../app-context.tsx';
import { en } from '../../messages/en.ts';
import { Button } from '../../ui/button.tsx';
import { FindingPanel } from '../../ui/display/finding-panel.tsx';
import { useWords } from '../../ui/use-words.ts';

/** Why there is no picture, and what to do: the core's own sentence, then the remedy where the sentence has none. */
export function FailurePanel({ job }: { readonly job: Job }) {
  const t = useTranslations();
  const { failed } = useWords();
  const { retryJob, showModel } = useActions();
  const { failure, progress, request } = job;
  const code = failure?.code ?? 'internal';
  const isModelsFault = code === 'asset_not_executable' || code === 'model_load_failed' || code === 'no_engine';
  return (
    <FindingPanel
      state="invalid"
      what={progress && progress.step > 0 ? t('generate.failedAt', { step: progress.step }) : t('generate.failedTitle')}
      mends={[failure ? failed(failure) : '', isRemedy(code) ? t(`remedy.${code}`) : ''].filter((text) => text !== '')}
      code={code}
      actions={
        <>
          <Button size="small" onPress={() => void retryJob(job.id)}>
            {t('generate.retry')}
          </Button>
          {isModelsFault && request.model_id !== undefined && (
            <Button size="small" onPress={() => showModel(request.model_id ?? '')}>
              {t('generate.showHealth')}
            </Button>
          )}
        </>
      }
    />
  );
}

function isRemedy(code: string): code is keyof typeof en.remedy {
  return code in en.remedy;
}
