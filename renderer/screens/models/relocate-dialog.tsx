import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { isAbsolutePath } from '../../format/path.ts';
import { Button } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/display/health-glyph.tsx';
import { PathText } from '../../ui/display/path-text.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { useWords } from '../../ui/use-words.ts';
import css from './model-dialog.module.css';

/** Says where a model's files are now. Other files than its own are refused first, and taken when that is meant. */
export function RelocateDialog() {
  const modelId = useApp((state) => state.relocating?.modelId ?? null);
  return modelId === null ? null : <RelocateSheet key={modelId} modelId={modelId} />;
}

function RelocateSheet({ modelId }: { readonly modelId: string }) {
  const t = useTranslations();
  const { askToRelocate, relocate, pickPath, canPickFolder } = useActions();
  const { failed } = useWords();
  const model = useApp((state) => state.models[modelId] ?? state.details[modelId]);
  const isBusy = useApp((state) => state.relocating?.isBusy ?? false);
  const problem = useApp((state) => state.relocating?.problem ?? null);
  const [path, setPath] = useState('');
  const [isWrong, setIsWrong] = useState(false);
  if (!model) return null;
  const given = path.trim();
  const title = t('relocate.title', { name: model.name });
  const isOther = problem?.code === 'source_mismatch';
  const go = (force: boolean) => {
    if (isAbsolutePath(given)) void relocate(modelId, given, force);
    else setIsWrong(true);
  };
  return (
    <Sheet label={title} size="small" onClose={() => askToRelocate(null)}>
      <form
        className={css.body}
        onSubmit={(event) => {
          event.preventDefault();
          go(false);
        }}
      >
        <h2>{title}</h2>
        <p>{t('relocate.text')}</p>
        <p className={css.was}>
          {t('relocate.was')} <PathText path={model.entry_path} maxCharacters={44} />
        </p>
        <div className={css.field}>
          <input
            className={css.input}
            aria-label={t('relocate.path')}
            aria-invalid={isWrong}
            placeholder={t('add.pathHint')}
            value={path}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => {
              setPath(event.target.value);
              setIsWrong(false);
            }}
          />
          {canPickFolder && (
            <Button
              onPress={() =>
                void pickPath().then((picked) => {
                  if (picked !== null) setPath(picked);
                })
              }
            >
              {t('add.pick')}
            </Button>
          )}
        </div>
        {(isWrong || problem) && (
          <p className={css.wrong} role="alert">
            <HealthGlyph state="invalid" />
            <span>{isWrong ? t('add.pathWrong') : problem && failed(problem)}</span>
          </p>
        )}
      </form>
      <footer className={css.foot}>
        <Button kind="plain" onPress={() => askToRelocate(null)}>
          {t('add.cancel')}
        </Button>
        {isOther && (
          <Button isDisabled={isBusy} onPress={() => go(true)}>
            {t('relocate.force')}
          </Button>
        )}
        <Button kind="next" isDisabled={isBusy || given === ''} onPress={() => go(false)}>
          {t(isBusy ? 'relocate.busy' : 'relocate.confirm')}
        </Button>
      </footer>
    </Sheet>
  );
}
