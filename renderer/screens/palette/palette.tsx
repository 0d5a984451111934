import { Activity, ArrowRight, Image, LayoutGrid, ListOrdered, Search, Settings, Zap } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { Autocomplete } from 'react-aria-components/Autocomplete';
import { Header, Menu, MenuItem, MenuSection } from 'react-aria-components/Menu';
import { Input, SearchField } from 'react-aria-components/SearchField';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import type { ModelSummary } from '../../../core/contract/library/model.ts';
import { useActions, useApp } from '../../app-context.tsx';
import type { Screen } from '../../store/state.ts';
import { Sheet } from '../../ui/sheet.tsx';
import css from './palette.module.css';
import { actsNow, matching, type PaletteAct, type PaletteEntry, placeKeys } from './palette-entries.ts';

const searchDelayMs = 80;
const icons: Readonly<Record<string, ReactNode>> = {
  models: <LayoutGrid />,
  generate: <Image />,
  queue: <ListOrdered />,
  health: <Activity />,
  settings: <Settings />,
};

/** Ctrl or Cmd with K: everything that has a name, by typing a part of it. */
export function Palette() {
  const isOpen = useApp((state) => state.isPaletteOpen);
  return isOpen ? <OpenPalette /> : null;
}

function OpenPalette() {
  const t = useTranslations('palette');
  const { closePalette } = useActions();
  const [typed, setTyped] = useState('');
  const models = useModels(typed);
  const fixed = useFixedEntries();
  const carryOut = useCarryOut();
  const found = matching(fixed, typed);
  const groups = [
    { id: 'places', title: t('places'), entries: found.filter(({ kind }) => kind === 'place') },
    { id: 'acts', title: t('acts'), entries: found.filter(({ kind }) => kind === 'act') },
    // Last: they come a moment later, and what stands first must not change under a finger.
    { id: 'models', title: t('models'), entries: models },
  ].filter(({ entries }) => entries.length > 0);
  const hasMoved = useRef(false);
  const run = (key: string) => {
    closePalette();
    carryOut(key);
  };
  /** Enter takes the first of what is found now: the list's own focus is a moment behind the typing. */
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') hasMoved.current = true;
    const first = groups[0]?.entries[0];
    if (event.key !== 'Enter' || hasMoved.current || typed === '' || first === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    run(keyOf(first));
  };
  return (
    <Sheet label={t('label')} size="palette" onClose={closePalette}>
      <div className={css.palette} onKeyDownCapture={onKeyDown}>
        {/* Filtered by us: what the library finds is not to be filtered again by its letters. */}
        <Autocomplete
          inputValue={typed}
          onInputChange={(text) => {
            hasMoved.current = false;
            setTyped(text);
          }}
        >
          <SearchField className={css.field ?? ''} aria-label={t('label')} autoFocus>
            <Search />
            <Input className={css.input ?? ''} placeholder={t('placeholder')} maxLength={200} spellCheck={false} />
          </SearchField>
          <Menu
            className={css.list ?? ''}
            aria-label={t('label')}
            renderEmptyState={() => <p className={css.nothing}>{t('nothing')}</p>}
            onAction={(key) => run(String(key))}
          >
            {groups.map(({ id, title, entries }) => (
              <MenuSection key={id}>
                <Header className={css.group ?? ''}>{title}</Header>
                {entries.map((entry) => (
                  <MenuItem key={keyOf(entry)} id={keyOf(entry)} className={css.item ?? ''} textValue={entry.text}>
                    {iconOf(entry)}
                    <span className={css.text}>{entry.text}</span>
                    <span className={css.aside}>{entry.aside}</span>
                  </MenuItem>
                ))}
              </MenuSection>
            ))}
          </Menu>
        </Autocomplete>
      </div>
    </Sheet>
  );
}

function useFixedEntries(): readonly PaletteEntry[] {
  const t = useTranslations();
  const { canReveal } = useActions();
  const acts = useApp(useShallow((state) => actsNow(state, canReveal)));
  return useMemo(() => {
    const places = (Object.keys(placeKeys) as Screen[]).map(
      (screen): PaletteEntry => ({
        kind: 'place',
        id: screen,
        text: t(`screens.${screen}`),
        aside: placeKeys[screen] ?? '',
      }),
    );
    return [
      ...places,
      ...acts.map((act): PaletteEntry => ({ kind: 'act', id: act, text: t(`palette.${act}`), aside: '' })),
    ];
  }, [t, acts]);
}

/** What the library finds for the words, a moment after they were typed; before anything is typed, nothing. */
function useModels(typed: string): readonly PaletteEntry[] {
  const t = useTranslations('family');
  const { findModels } = useActions();
  const [models, setModels] = useState<readonly ModelSummary[]>([]);
  const query = typed.trim();
  useEffect(() => {
    if (query === '') {
      setModels([]);
      return;
    }
    let isCurrent = true;
    const timer = setTimeout(() => {
      void findModels(query).then((found) => {
        if (isCurrent && found !== null) setModels(found);
      });
    }, searchDelayMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [query, findModels]);
  return models.map(({ model_id, name, family }) => ({
    kind: 'model',
    id: model_id,
    text: name,
    aside: t.has(family as Parameters<typeof t>[0]) ? t(family as Parameters<typeof t>[0]) : family,
  }));
}

function useCarryOut(): (key: string) => void {
  const actions = useActions();
  const libraryPath = useApp((state) => state.status?.library_path ?? null);
  const acts: Readonly<Record<PaletteAct, () => void>> = {
    addModels: actions.openAdd,
    generate: () => void actions.generate(),
    cancel: actions.cancelCurrent,
    lookAgain: () => void actions.lookAgain(),
    themeLight: () => actions.setAppearance({ theme: 'light' }),
    themeDark: () => actions.setAppearance({ theme: 'dark' }),
    themeSystem: () => actions.setAppearance({ theme: 'system' }),
    wall: () => actions.setLayout('wall'),
    table: () => actions.setLayout('table'),
    favourites: () => {
      actions.navigate('models');
      actions.setFilter({ favourite: true });
    },
    clearFilters: actions.clearFilters,
    revealLibrary: () => {
      if (libraryPath !== null) void actions.reveal(libraryPath);
    },
  };
  return (key) => {
    const [kind, id = ''] = [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)];
    if (kind === 'place') actions.navigate(id as Screen);
    else if (kind === 'model') actions.showModel(id);
    else acts[id as PaletteAct]();
  };
}

const keyOf = ({ kind, id }: PaletteEntry) => `${kind}:${id}`;

function iconOf({ kind, id }: PaletteEntry): ReactNode {
  if (kind === 'place') return icons[id] ?? <ArrowRight />;
  return kind === 'act' ? <Zap /> : <LayoutGrid />;
}
