import { LayoutGrid, Rows3 } from 'lucide-react';
import { lazy, Suspense, useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { ModelType } from '../../../core/contract/library/metadata.ts';
import { useActions, useApp } from '../../app-context.tsx';
import { filtersOn } from '../../store/models/counts.ts';
import { idAt } from '../../store/models/listing.ts';
import { isBeingCounted } from '../../store/selectors.ts';
import { Button, ToolToggle } from '../../ui/button.tsx';
import { BlankSlate } from '../../ui/display/blank-slate.tsx';
import { FindingPanel } from '../../ui/display/finding-panel.tsx';
import { EmptyStill } from '../../ui/display/still.tsx';
import { useWords } from '../../ui/use-words.ts';
import { SidePane } from '../side-pane.tsx';
import { ListingFilters, SortMenu } from './listing/listing-filters.tsx';
import { ModelsTable } from './listing/models-table.tsx';
import { ModelsWall } from './listing/models-wall.tsx';
import { roomyWidth } from './listing/use-listing.ts';
import css from './models-screen.module.css';

/** Not of the first frame: its code comes when the window knows whom it shows. */
const DetailsPane = lazy(async () => ({ default: (await import('./details/details-pane.tsx')).DetailsPane }));
/** Its code comes when something is picked. */
const BulkPane = lazy(async () => ({ default: (await import('./details/bulk-pane.tsx')).BulkPane }));

export function ModelsScreen() {
  const layout = useApp((state) => state.layout);
  // The rows are drawn first: the pane has as much to draw as they have.
  const isPaneOpen = useApp((state) => state.isReady && state.isPaneOpen && state.selectedId !== null);
  const isPicking = useApp((state) => state.pickedIds.size > 0 || state.bulk !== null);
  const isEmpty = useApp((state) => state.isReady && state.counts.all === 0);
  const isPaneComing = useApp((state) => state.isPaneOpen && !state.isReady);
  return (
    <>
      <Selection />
      <section className={css.content}>
        <Head />
        {!isEmpty && <Tabs />}
        <Listing layout={layout} />
      </section>
      {isPaneOpen && <Suspense fallback={<ComingPane />}>{isPicking ? <BulkPane /> : <DetailsPane />}</Suspense>}
      {isPaneComing && window.innerWidth > roomyWidth && <ComingPane />}
    </>
  );
}

/** Has the details of whom is selected read, and selects the first where nobody is. A component: its reasons change with every letter of a search. */
function Selection() {
  const firstId = useApp((state) => idAt(state.listing, 0) ?? null);
  const selectedId = useApp((state) => state.selectedId);
  const hasDetails = useApp((state) => state.selectedId !== null && state.details[state.selectedId] !== undefined);
  const isReady = useApp((state) => state.isReady);
  const { selectModel, readDetails } = useActions();
  useEffect(() => {
    if (!isReady) return;
    if (selectedId !== null && !hasDetails) void readDetails(selectedId);
    else if (selectedId === null && firstId !== null && window.innerWidth > roomyWidth) selectModel(firstId);
  }, [isReady, selectedId, firstId, hasDetails, selectModel, readDetails]);
  return null;
}

/** The room of the details before it is known whose: nothing moves when they come. */
function ComingPane() {
  const t = useTranslations('details');
  return (
    <SidePane label={t('label')}>
      <EmptyStill />
    </SidePane>
  );
}

function Head() {
  const t = useTranslations('models');
  const { setLayout } = useActions();
  const layout = useApp((state) => state.layout);
  const isEmpty = useApp((state) => state.counts.all === 0);
  return (
    <div className={css.head}>
      <h1>{t('title')}</h1>
      <Lede />
      <span className={css.grow} />
      {!isEmpty && <SortMenu />}
      <fieldset className={css.layouts} aria-label={t('layout')} style={{ border: 0, padding: 0, margin: 0 }}>
        <ToolToggle label={t('wall')} isOn={layout === 'wall'} onPress={() => setLayout('wall')}>
          <LayoutGrid />
        </ToolToggle>
        <ToolToggle label={t('table')} isOn={layout === 'table'} onPress={() => setLayout('table')}>
          <Rows3 />
        </ToolToggle>
      </fieldset>
    </div>
  );
}

function Lede() {
  const t = useTranslations('models');
  const { bytes, number } = useWords();
  const all = useApp((state) => state.counts.all);
  const total = useApp((state) => state.listing.total);
  const isReady = useApp((state) => state.isReady);
  const size = useApp((state) => state.facets.sizeBytes);
  const isCounting = useApp(isBeingCounted);
  if (!isReady) return null;
  return (
    <p className={css.lede} aria-busy={isCounting}>
      {total !== all
        ? t('ledeFiltered', { count: number(total), total: number(all), size: bytes(size) })
        : all > 0 && t('ledeWithSize', { count: all, size: bytes(size) })}
    </p>
  );
}

function Tabs() {
  return (
    <div className={css.tabs}>
      <Types />
      <span className={css.grow} />
      <ListingFilters />
    </div>
  );
}

/** Apart from the filters beside them: whether they are being counted changes with the first letter that is typed. */
function Types() {
  const t = useTranslations();
  const { setFilter } = useActions();
  const { number } = useWords();
  const counts = useApp((state) => state.counts);
  const facets = useApp((state) => state.facets);
  const isCounting = useApp(isBeingCounted);
  const type = useApp((state) => state.listing.filter.type);
  const types = ModelType.options.filter((type) => (counts.byType[type] ?? 0) > 0);
  return (
    <div className={css.types} role="toolbar" aria-label={t('models.show')} aria-busy={isCounting}>
      <Tab
        text={t('types.all')}
        count={number(Object.values(facets.byType).reduce((sum, count) => sum + count, 0))}
        isOn={type === null}
        onPress={() => setFilter({ type: null })}
      />
      {types.map((known) => (
        <Tab
          key={known}
          text={t(`types.${known}`)}
          count={number(facets.byType[known] ?? 0)}
          isOn={known === type}
          onPress={() => setFilter({ type: known })}
        />
      ))}
    </div>
  );
}

interface TabProps {
  readonly text: string;
  readonly count: string;
  readonly isOn: boolean;
  readonly onPress: () => void;
}

function Tab({ text, count, isOn, onPress }: TabProps) {
  return (
    <button type="button" className={css.tab} aria-pressed={isOn} onClick={onPress}>
      {text}
      <span className={css.n}>{count}</span>
    </button>
  );
}

function Listing({ layout }: { readonly layout: 'wall' | 'table' }) {
  const t = useTranslations();
  const { failed } = useWords();
  const { retryListing } = useActions();
  const phase = useApp((state) => state.listing.phase);
  const problem = useApp((state) => state.listing.problem);
  const isEmpty = useApp((state) => state.isReady && state.listing.total === 0);
  if (phase === 'failed')
    return (
      <div className={css.slate}>
        <FindingPanel
          state="invalid"
          what={t('models.failedTitle')}
          mends={problem ? [failed(problem)] : []}
          code={problem?.code ?? ''}
          actions={<Button onPress={retryListing}>{t('models.retry')}</Button>}
        />
      </div>
    );
  if (isEmpty && phase === 'ready') return <NoModels />;
  return layout === 'wall' ? <ModelsWall /> : <ModelsTable />;
}

/** In place of the list, where the library is empty or nothing in it is what is looked for. */
function NoModels() {
  const t = useTranslations();
  const { openAdd, clearFilters, setFilter } = useActions();
  const all = useApp((state) => state.counts.all);
  const near = useApp((state) => state.listing.nearestName);
  const filter = useApp((state) => state.listing.filter);
  if (all === 0)
    return (
      <div className={css.slate}>
        <BlankSlate
          title={t('models.emptyTitle')}
          text={t('models.emptyText')}
          action={
            <Button kind="next" onPress={openAdd}>
              {t('models.emptyAction')}
            </Button>
          }
        />
      </div>
    );
  const { query } = filter;
  const others = filtersOn(filter);
  return (
    <div className={css.slate}>
      <BlankSlate
        title={query === '' ? t('models.nothingPlain') : t('models.nothingTitle', { query })}
        text={
          near === null
            ? t('models.nothingText', { filters: query === '' ? Math.max(1, others) : others })
            : t('models.nothingNear', { name: near })
        }
        action={
          <span className={css.ways}>
            {near !== null && (
              <Button onPress={() => setFilter({ query: near })}>{t('models.showNear', { name: near })}</Button>
            )}
            <Button onPress={clearFilters}>{t('models.clear')}</Button>
          </span>
        }
      />
    </div>
  );
}
