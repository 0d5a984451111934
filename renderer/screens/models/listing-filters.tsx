import { ChevronDown, Star } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { ValidationState } from '../../../core/contract/finding.ts';
import { useActions, useApp } from '../../app-context.tsx';
import { sortOf } from '../../store/selectors.ts';
import type { Sort } from '../../store/state.ts';
import { PickButton, ToolToggle } from '../../ui/button.tsx';
import { Menu } from '../../ui/menu.tsx';
import { useWords } from '../../ui/use-words.ts';
import css from './models-screen.module.css';

const anyId = ' any';
const states = ['valid', 'degraded', 'invalid'] as const satisfies readonly ValidationState[];
const sorts = ['newest', 'name', 'size', 'family'] as const satisfies readonly Sort[];

/** What narrows the listing besides its tabs: favourites, family, tag and health. A menu with nothing to choose is not there. */
export function ListingFilters() {
  const t = useTranslations();
  const { setFilter } = useActions();
  const { family, number } = useWords();
  const filter = useApp((state) => state.listing.filter);
  const facets = useApp((state) => state.facets);
  const hasFavourites = useApp((state) => state.counts.favourites > 0 || state.listing.filter.favourite);
  const counted = (text: string, count: number) => t('models.counted', { text, count: number(count) });
  return (
    <span className={css.filters}>
      {hasFavourites && (
        <ToolToggle
          label={t('models.favourites')}
          isOn={filter.favourite}
          onPress={() => setFilter({ favourite: !filter.favourite })}
        >
          <Star />
        </ToolToggle>
      )}
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
      <FilterMenu
        label={t('models.health')}
        any={t('models.anyHealth')}
        chosen={filter.state}
        shown={filter.state && t(`health.${filter.state}`)}
        entries={states.map((state) => ({ id: state, text: t(`health.${state}`) }))}
        onChoose={(id) => setFilter({ state: states.find((state) => state === id) ?? null })}
      />
    </span>
  );
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
