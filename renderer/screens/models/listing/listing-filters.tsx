import { ChevronDown, ListFilter, Star } from 'lucide-react';
import { Dialog, DialogTrigger, Popover } from 'react-aria-components/Popover';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import type { ValidationState } from '../../../../core/contract/library/finding.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { filtersOn } from '../../../store/models/counts.ts';
import type { Counts, Sort } from '../../../store/models/models-part.ts';
import { sortOf } from '../../../store/selectors.ts';
import { PickButton, ToolToggle } from '../../../ui/button.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { useWords } from '../../../ui/use-words.ts';
import css from '../models-screen.module.css';

const anyId = ' any';
const offlineId = ' offline';
const states = ['valid', 'degraded', 'invalid'] as const satisfies readonly ValidationState[];
const sorts = ['newest', 'name', 'size', 'family'] as const satisfies readonly Sort[];

/** What narrows the listing besides its tabs. In a narrow window the menus fold into one. */
export function ListingFilters() {
  const t = useTranslations();
  const { setFilter } = useActions();
  const isFavourite = useApp((state) => state.listing.filter.favourite);
  const hasFavourites = useApp((state) => state.counts.favourites > 0 || state.listing.filter.favourite);
  const folded = useApp((state) => filtersOn({ ...state.listing.filter, type: null, favourite: false }));
  return (
    <span className={css.filters}>
      {hasFavourites && (
        <ToolToggle
          label={t('models.favourites')}
          isOn={isFavourite}
          onPress={() => setFilter({ favourite: !isFavourite })}
        >
          <Star />
        </ToolToggle>
      )}
      <span className={css.wide}>
        <FilterMenus />
      </span>
      <span className={css.narrow}>
        <DialogTrigger>
          <PickButton label={t('models.filterOn', { count: folded })}>
            <ListFilter />
            {t('models.filter')} {folded > 0 && <b>{folded}</b>}
          </PickButton>
          <Popover className={css.float ?? ''} placement="bottom end" offset={4}>
            <Dialog className={css.folded ?? ''} aria-label={t('models.filter')}>
              <FilterMenus />
            </Dialog>
          </Popover>
        </DialogTrigger>
      </span>
    </span>
  );
}

/** A menu with nothing to choose is not there. */
function FilterMenus() {
  const t = useTranslations();
  const { setFilter } = useActions();
  const { family, number } = useWords();
  const filter = useApp(
    useShallow(
      ({
        listing: {
          filter: { query: _, ...chosen },
        },
      }) => chosen,
    ),
  );
  const facets = useApp((state) => state.facets);
  const counted = (text: string, count: number) => t('models.counted', { text, count: number(count) });
  return (
    <>
      {(facets.tags.length > 0 || filter.tag !== null) && (
        <FilterMenu
          label={t('models.tag')}
          any={t('models.anyTag')}
          chosen={filter.tag}
          shown={filter.tag}
          entries={facets.tags.map(({ value, count }) => ({ id: value, text: counted(value, count) }))}
          onChoose={(tag) => setFilter({ tag })}
        />
      )}
      <FilterMenu
        label={t('models.family')}
        any={t('models.anyFamily')}
        chosen={filter.family}
        shown={filter.family === null ? null : family(filter.family)}
        entries={facets.families.map(({ value, count }) => ({ id: value, text: counted(family(value), count) }))}
        onChoose={(chosen) => setFilter({ family: chosen })}
      />
      {(facets.precisions.length > 1 || filter.precision !== null) && (
        <FilterMenu
          label={t('models.precision')}
          any={t('models.anyPrecision')}
          chosen={filter.precision}
          shown={filter.precision}
          entries={facets.precisions.map(({ value, count }) => ({ id: value, text: counted(value, count) }))}
          onChoose={(precision) => setFilter({ precision })}
        />
      )}
      <FilterMenu
        label={t('models.health')}
        any={t('models.anyHealth')}
        chosen={filter.isOffline ? offlineId : filter.state}
        shown={filter.isOffline ? t('health.offline') : filter.state && t(`health.${filter.state}`)}
        entries={[
          ...states.map((state) => ({ id: state, text: counted(t(`health.${state}`), countIn(facets, state)) })),
          { id: offlineId, text: counted(t('health.offline'), facets.offline) },
        ]}
        onChoose={(id) =>
          setFilter({ state: states.find((state) => state === id) ?? null, isOffline: id === offlineId })
        }
      />
    </>
  );
}

function countIn(facets: Counts, state: ValidationState): number {
  return facets[state];
}

interface FilterMenuProps {
  readonly label: string;
  readonly any: string;
  readonly chosen: string | null;
  readonly shown: string | null;
  readonly entries: readonly { readonly id: string; readonly text: string }[];
  readonly onChoose: (id: string | null) => void;
}

function FilterMenu({ label, any, chosen, shown, entries, onChoose }: FilterMenuProps) {
  const t = useTranslations('models');
  return (
    <Menu
      label={label}
      selectedId={chosen ?? anyId}
      entries={[{ id: anyId, text: any }, ...entries]}
      onAction={(id) => onChoose(id === anyId ? null : id)}
      trigger={
        <PickButton label={shown === null ? label : t('picked', { label, chosen: shown })}>
          {label} {shown !== null && <b>{shown}</b>}
          <ChevronDown />
        </PickButton>
      }
    />
  );
}

/** The order of the listing; of a search the best match stands first. */
export function SortMenu() {
  const t = useTranslations('models');
  const { setSort } = useActions();
  const sort = useApp(sortOf);
  const isSearching = useApp((state) => state.listing.filter.query !== '');
  const offered = isSearching ? (['relevance', ...sorts] as const) : sorts;
  return (
    <Menu
      label={t('sort')}
      selectedId={sort}
      entries={offered.map((id) => ({ id, text: t(`sortBy.${id}`) }))}
      onAction={(id) => {
        const chosen = offered.find((known) => known === id);
        if (chosen) setSort(chosen);
      }}
      trigger={
        <PickButton label={t('picked', { label: t('sort'), chosen: t(`sortBy.${sort}`) })}>
          {t('sort')} <b>{t(`sortBy.${sort}`)}</b>
          <ChevronDown />
        </PickButton>
      }
    />
  );
}
