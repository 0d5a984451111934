import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { isAbsolutePath } from '../../format/path.ts';
import { countToAdd, newCandidates } from '../../store/selectors.ts';
import type { AddSheet } from '../../store/state.ts';
import { Button } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/health-glyph.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import css from './add-sheet.module.css';
import { ReviewItem } from './review-item.tsx';
import { UnderWayItem } from './under-way-item.tsx';

/** The review of what was dropped or named, then the registering of it. Nothing happens before the button in its foot. */
export function AddSheetView() {
  const { closeAdd } = useActions();
  const sheet = useApp((state) => state.addSheet);
  const title = useTitle(sheet);
  if (!sheet) return null;
  return (
    <Sheet label={title} size="wide" onClose={closeAdd}>
      <Head sheet={sheet} title={title} />
      {sheet.phase === 'review' && <ByPath />}
      {sheet.pathlessCount > 0 && <Pathless count={sheet.pathlessCount} />}
      {sheet.items.length > 0 && (
        <ul className={css.items} data-phase={sheet.phase}>
          {sheet.items.map((item) =>
            sheet.phase === 'review' ? (
              <ReviewItem key={item.path} item={item} />
            ) : (
              <UnderWayItem key={item.path} item={item} />
            ),
          )}
        </ul>
      )}
      <Foot sheet={sheet} />
    </Sheet>
  );
}

function useTitle(sheet: AddSheet | null): string {
  const t = useTranslations('add');
  if (!sheet || sheet.items.length === 0) return t('titleEmpty');
  if (sheet.phase === 'registering') return t('titleRegistering');
  if (sheet.phase === 'done') return t('titleDone', { count: registeredCount(sheet) });
  if (sheet.items.some(({ phase }) => phase === 'reading')) return t('titleReading', { count: sheet.items.length });
  return t('titleReview', { count: sheet.items.length, models: countToAdd(sheet) });
}

function registeredCount(sheet: AddSheet): number {
  return sheet.items.flatMap(({ results }) => results).filter(({ registration }) => registration !== null).length;
}

function Head({ sheet, title }: { readonly sheet: AddSheet; readonly title: string }) {
  const t = useTranslations('add');
  const text = sheet.phase === 'review' ? (sheet.items.length === 0 ? t('emptyText') : t('promise')) : t('promiseDone');
  return (
    <header className={css.head}>
      <h1>{title}</h1>
      <p>{text}</p>
    </header>
  );
}

function ByPath() {
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

function Pathless({ count }: { readonly count: number }) {
  const t = useTranslations('add');
  return (
    <p className={css.pathless} role="alert">
      <HealthGlyph state="degraded" />
      {t('pathless', { count })}
    </p>
  );
}

function Foot({ sheet }: { readonly sheet: AddSheet }) {
  const t = useTranslations('add');
  const { closeAdd, confirmAdd, navigate } = useActions();
  if (sheet.phase !== 'review') {
    const isDone = sheet.phase === 'done';
    return (
      <footer className={css.foot}>
        <span className={css.summary} />
        {isDone ? (
          <Button
            kind="next"
            autoFocus
            onPress={() => {
              closeAdd();
              navigate('models');
            }}
          >
            {t('done')}
          </Button>
        ) : (
          <Button kind="plain" onPress={closeAdd}>
            {t('cancel')} <kbd>Esc</kbd>
          </Button>
        )}
      </footer>
    );
  }
  const count = countToAdd(sheet);
  const isReading = sheet.items.some(({ phase }) => phase === 'reading');
  const areFolders = sheet.items.every(
    (item) => newCandidates(item).length === 0 || item.classification?.kind === 'diffusers_directory',
  );
  return (
    <footer className={css.foot}>
      <span className={css.summary}>{sheet.items.length > 0 && !isReading && t('summary', { count })}</span>
      <Button kind="plain" onPress={closeAdd}>
        {t('cancel')} <kbd>Esc</kbd>
      </Button>
      {(count > 0 || isReading) && (
        <Button kind="next" isDisabled={isReading} onPress={() => void confirmAdd()}>
          {t(areFolders ? 'confirmFolders' : 'confirm', { count })}
        </Button>
      )}
    </footer>
  );
}
