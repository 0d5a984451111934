import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import type { AddSheet } from '../../store/add/add-part.ts';
import { countToAdd, newCandidates, planOf, progressOf, resultsOf } from '../../store/add/add-plan.ts';
import type { Problem } from '../../store/problem.ts';
import { Button } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/display/health-glyph.tsx';
import { Choice } from '../../ui/fields/choice.tsx';
import { LongList } from '../../ui/long-list.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { useWords } from '../../ui/use-words.ts';
import { AddByPath } from './add-by-path.tsx';
import css from './add-sheet.module.css';
import { ReviewItem } from './review-item.tsx';
import { UnderWayItem } from './under-way-item.tsx';
import { useImportModes } from './use-import-modes.ts';

/** The review of what was dropped or named, then the import of it. Nothing happens before the button in its foot. */
export function AddSheetView() {
  const { closeAdd } = useActions();
  const sheet = useApp((state) => state.addSheet);
  const title = useTitle(sheet);
  if (!sheet || sheet.isHidden) return null;
  return (
    <Sheet label={title} size="wide" onClose={closeAdd}>
      <Head sheet={sheet} title={title} />
      {sheet.phase === 'review' && <AddByPath />}
      {sheet.pathlessCount > 0 && <Trouble kind="pathless" count={sheet.pathlessCount} />}
      {sheet.problem && <Trouble kind="problem" problem={sheet.problem} />}
      {sheet.items.length > 0 && (sheet.phase === 'review' ? <Review sheet={sheet} /> : <UnderWay sheet={sheet} />)}
      <Foot sheet={sheet} />
    </Sheet>
  );
}

function Review({ sheet }: { readonly sheet: AddSheet }) {
  const t = useTranslations('add');
  return (
    <LongList className={css.items} label={t('things')} items={sheet.items} keyOf={({ path }) => path} rowHeight={97}>
      {(item) => <ReviewItem item={item} />}
    </LongList>
  );
}

function UnderWay({ sheet }: { readonly sheet: AddSheet }) {
  const t = useTranslations('add');
  const tasks = useApp((state) => state.tasks);
  const progress = useMemo(() => progressOf(sheet, resultsOf(sheet, tasks)), [sheet, tasks]);
  const running = sheet.taskIds.flatMap((id) => tasks[id] ?? []).find(({ state }) => state === 'running') ?? null;
  return (
    <LongList className={css.items} label={t('things')} items={sheet.items} keyOf={({ path }) => path} rowHeight={41}>
      {(item, index) => {
        const own = progress[index];
        return own && <UnderWayItem item={item} progress={own} task={running} />;
      }}
    </LongList>
  );
}

function useTitle(sheet: AddSheet | null): string {
  const t = useTranslations('add');
  const added = useApp((state) =>
    sheet ? resultsOf(sheet, state.tasks).filter(({ model_id }) => model_id !== null).length : 0,
  );
  if (!sheet || sheet.items.length === 0) return t('titleEmpty');
  if (sheet.phase === 'importing') return t('titleImporting', { count: countToAdd(sheet) });
  if (sheet.phase === 'done') return t('titleDone', { count: added });
  if (sheet.items.some(({ phase }) => phase === 'reading')) return t('titleReading', { count: sheet.items.length });
  return t('titleReview', { count: sheet.items.length, models: countToAdd(sheet) });
}

function Head({ sheet, title }: { readonly sheet: AddSheet; readonly title: string }) {
  const t = useTranslations('add');
  const { setAllImportModes } = useActions();
  const modes = useImportModes();
  const open = sheet.items.filter((item) => newCandidates(item).length > 0);
  const chosen = new Set(open.map(({ mode }) => mode));
  const [shared] = chosen.size === 1 ? chosen : [];
  const hasMoved = sheet.items.some(({ mode }) => mode === 'move');
  const text = {
    review: sheet.items.length === 0 ? t('emptyText') : t('promise'),
    importing: t('promiseImporting'),
    done: hasMoved ? '' : t('promiseDone'),
  }[sheet.phase];
  return (
    <header className={css.head}>
      <div>
        <h1>{title}</h1>
        {text !== '' && <p>{text}</p>}
      </div>
      {sheet.phase === 'review' && open.length > 1 && (
        <div className={css.forAll}>
          <span>{t('forAll')}</span>
          <Choice label={t('forAll')} value={shared ?? null} options={modes} onChange={setAllImportModes} />
        </div>
      )}
    </header>
  );
}

type TroubleProps =
  | { readonly kind: 'pathless'; readonly count: number }
  | { readonly kind: 'problem'; readonly problem: Problem };

function Trouble(props: TroubleProps) {
  const t = useTranslations();
  const { failed } = useWords();
  return (
    <p className={css.pathless} role="alert">
      <HealthGlyph state={props.kind === 'pathless' ? 'degraded' : 'invalid'} />
      {props.kind === 'pathless' ? t('add.pathless', { count: props.count }) : failed(props.problem)}
    </p>
  );
}

function Foot({ sheet }: { readonly sheet: AddSheet }) {
  const t = useTranslations('add');
  const { bytes, locale } = useWords();
  const { closeAdd, cancelAdd, confirmAdd, navigate } = useActions();
  if (sheet.phase === 'importing')
    return (
      <footer className={css.foot}>
        <span className={css.summary}>{t('cancelMeans')}</span>
        <Button kind="plain" onPress={() => void cancelAdd()}>
          {t('cancel')}
        </Button>
        <Button onPress={closeAdd}>
          {t('hide')} <kbd>Esc</kbd>
        </Button>
      </footer>
    );
  if (sheet.phase === 'done')
    return (
      <footer className={css.foot}>
        <span className={css.summary} />
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
      </footer>
    );
  const count = countToAdd(sheet);
  const { fits, copiedBytes, freeBytes, ...plan } = planOf(sheet);
  const isReading = sheet.items.some(({ phase }) => phase === 'reading');
  const parts = new Intl.ListFormat(locale, { type: 'unit' }).format(
    (['reference', 'copy', 'move'] as const)
      .filter((mode) => plan[mode] > 0)
      .map((mode) => t(`plan.${mode}`, { count: plan[mode] })),
  );
  return (
    <footer className={css.foot}>
      <span className={css.summary} role="status">
        {!fits && (
          <span className={css.full}>
            <HealthGlyph state="invalid" />
            {t('full', { size: bytes(copiedBytes), free: bytes(freeBytes ?? 0) })}
          </span>
        )}
        {fits && sheet.items.length > 0 && !isReading && t('summary', { count, parts })}
      </span>
      <Button kind="plain" onPress={closeAdd}>
        {t('cancel')} <kbd>Esc</kbd>
      </Button>
      {(count > 0 || isReading) && (
        <Button kind="next" isDisabled={isReading || !fits} onPress={() => void confirmAdd()}>
          {t('confirm', { count })}
        </Button>
      )}
    </footer>
  );
}
