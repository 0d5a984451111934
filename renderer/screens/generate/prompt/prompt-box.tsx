import { ImagePlus } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslations } from 'use-intl';
import { limits } from '../../../../core/contract/generate/generate.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { draftModel, runningJob, waitingJobs, whyNotRunnable } from '../../../store/selectors.ts';
import { Button } from '../../../ui/button.tsx';
import { PickPicture } from '../pick-picture.tsx';
import css from './prompt-box.module.css';
import { Suggestion, Vocabulary } from './suggestions.tsx';
import { SyntaxHelp } from './syntax-help.tsx';
import { TokenCount } from './token-count.tsx';
import { type Selected, surround, weigh } from './weigh.ts';

/** The words for the next picture. Cancel stands where Generate was, in its width. */
export function PromptBox() {
  const t = useTranslations();
  const { setDraft, generate, cancelCurrent, countPrompts, platform } = useActions();
  const { prompt, negativePrompt, count, promptSyntax } = useApp((state) => state.draft);
  const isBusy = useApp((state) => runningJob(state) !== null || waitingJobs(state).length > 0);
  const modelId = useApp((state) => draftModel(state)?.model_id ?? null);
  const why = useApp((state) => {
    const model = draftModel(state);
    return model ? whyNotRunnable(model) : null;
  });
  const words = useRef<HTMLTextAreaElement>(null);
  const next = useRef<Selected | null>(null);
  const isPlain = useApp((state) => (state.draft.promptSyntax ?? state.options?.prompt_syntax) === 'plain');
  const canRun = modelId !== null && why === null;
  const chord = platform === 'darwin' ? '⌘ ↵' : 'Ctrl ↵';
  useEffect(() => {
    countPrompts({ modelId, prompt, negativePrompt, promptSyntax });
  }, [modelId, prompt, negativePrompt, promptSyntax, countPrompts]);
  useEffect(() => {
    // After the new text is in the field: setting it moves the caret to its end.
    if (next.current === null || next.current.text !== prompt) return;
    words.current?.setSelectionRange(next.current.from, next.current.until);
    next.current = null;
  }, [prompt]);

  const change = (make: (selected: Selected) => Selected) => {
    const field = words.current;
    if (!field) return;
    const changed = make({ text: field.value, from: field.selectionStart, until: field.selectionEnd });
    if (changed.text === field.value) return;
    next.current = changed;
    setDraft({ prompt: changed.text });
    field.focus();
  };

  return (
    <div className={css.box}>
      <textarea
        ref={words}
        className={css.words}
        aria-label={t('generate.prompt')}
        placeholder={t('generate.promptHint')}
        value={prompt}
        maxLength={limits.promptCharacters}
        rows={2}
        onChange={(event) => setDraft({ prompt: event.target.value })}
        onKeyDown={(event) => {
          const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
          if (direction === undefined || !(event.ctrlKey || event.metaKey) || isPlain) return;
          event.preventDefault();
          change((selected) => weigh(selected, direction === 1 ? 1 : -1));
        }}
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
      <div className={css.foot} data-busy={isBusy || undefined}>
        <PickPicture label={t('generate.startFromPicture')}>
          <ImagePlus />
        </PickPicture>
        <SyntaxHelp
          isPlain={isPlain}
          onInsert={(before, after) => change((selected) => surround(selected, before, after))}
        />
        <Vocabulary />
        {why ? <span className={css.why}>{t(`whyNot.${why}`)}</span> : prompt === '' ? <Suggestion /> : <TokenCount />}
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
