import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { isAbsolutePath } from '../../format/path.ts';
import { Button } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/display/health-glyph.tsx';
import css from './add-sheet.module.css';

/** Names a thing instead of dropping it. */
export function AddByPath() {
  const t = useTranslations('add');
  const { addPaths, pickFolder, canPickFolder } = useActions();
  const hasItems = useApp((state) => (state.addSheet?.items.length ?? 0) > 0);
  const [path, setPath] = useState('');
  const [isWrong, setIsWrong] = useState(false);
  const look = () => {
    const given = path.trim();
    if (!isAbsolutePath(given)) {
      setIsWrong(true);
      return;
    }
    setPath('');
    void addPaths([given]);
  };
  return (
    <form
      className={css.byPath}
      onSubmit={(event) => {
        event.preventDefault();
        look();
      }}
    >
      <div className={css.field}>
        <input
          className={css.input}
          aria-label={t('pathLabel')}
          aria-invalid={isWrong}
          placeholder={t('pathHint')}
          value={path}
          spellCheck={false}
          autoComplete="off"
          // The sheet was opened to name something: typing must work at once.
          ref={(field) => {
            if (!hasItems && document.activeElement?.tagName !== 'INPUT') field?.focus();
          }}
          onChange={(event) => {
            setPath(event.target.value);
            setIsWrong(false);
          }}
        />
        {isWrong && (
          <p className={css.wrong} role="alert">
            <HealthGlyph state="invalid" />
            {t('pathWrong')}
          </p>
        )}
      </div>
      <Button isDisabled={path.trim() === ''} onPress={look}>
        {t('look')}
      </Button>
      {canPickFolder && <Button onPress={() => void pickFolder()}>{t('pick')}</Button>}
    </form>
  );
}
