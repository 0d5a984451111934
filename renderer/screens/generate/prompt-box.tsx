import { useTranslations } from 'use-intl';
import { limits } from '../../../core/contract/generate.ts';
import { useActions, useApp } from '../../app-context.tsx';
import { draftModel, runningJob, waitingJobs, whyNotRunnable } from '../../store/selectors.ts';
import { Button } from '../../ui/button.tsx';
import css from './prompt-box.module.css';

/** The words for the next picture. Cancel stands where Generate was, in its width. */
export function PromptBox() {
  const t = useTranslations();
  const { setDraft, generate, cancelCurrent, platform } = useActions();
  const prompt = useApp((state) => state.draft.prompt);
  const negativePrompt = useApp((state) => state.draft.negativePrompt);
  const count = useApp((state) => state.draft.count);
  const isBusy = useApp((state) => runningJob(state) !== null || waitingJobs(state).length > 0);
  const why = useApp((state) => {
    const model = draftModel(state);
    return model ? whyNotRunnable(model) : null;
  });
  const canRun = useApp((state) => draftModel(state) !== null) && why === null;
  const chord = platform === 'darwin' ? '⌘ ↵' : 'Ctrl ↵';
  return (
    <div className={css.box}>
      <textarea
        className={css.words}
        aria-label={t('generate.prompt')}
        placeholder={t('generate.promptHint')}
        value={prompt}
        maxLength={limits.promptCharacters}
        rows={2}
        onChange={(event) => setDraft({ prompt: event.target.value })}
      />
      <label className={css.without}>
        {t('generate.without')}
        <input
          value={negativePrompt}
          maxLength={limits.promptCharacters}
          placeholder={t('generate.withoutHint')}
          onChange={(event) => setDraft({ negativePrompt: event.target.value })}
        />
      </label>
      <div className={css.foot}>
        {why && <span className={css.why}>{t(`whyNot.${why}`)}</span>}
        <span className={css.grow} />
        {isBusy ? (
          <>
            <Button kind="plain" isDisabled={!canRun} onPress={() => void generate()}>
              {t('generate.queueAnother')} <kbd>{chord}</kbd>
            </Button>
            <Button className={css.main} onPress={cancelCurrent}>
              {t('generate.cancel')} <kbd>Esc</kbd>
            </Button>
          </>
        ) : (
          <Button className={css.main} kind="next" isDisabled={!canRun} onPress={() => void generate()}>
            {t('generate.generate', { count })} <kbd>{chord}</kbd>
          </Button>
        )}
      </div>
    </div>
  );
}
