import { ChevronsUpDown, Search } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { DialogTrigger } from 'react-aria-components/Dialog';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Input, SearchField } from 'react-aria-components/SearchField';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import type { ModelSummary } from '../../../../core/contract/library/model.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { draftModel, whyNotRunnable } from '../../../store/selectors.ts';
import { EmptyStill, ModelStill } from '../../../ui/display/still.tsx';
import { useWords } from '../../../ui/use-words.ts';
import css from './model-picker.module.css';

/** From so many on a list is searched, not read. */
const searchedFrom = 8;
/** More than these are found by searching. */
const shownModels = 100;

/** What runs first; what doesn't stands below with its reason, and can't be chosen. */
export function ModelPicker() {
  const t = useTranslations('generate');
  const { generateWith } = useActions();
  const [isOpen, setIsOpen] = useState(false);
  const model = useApp(draftModel);
  const isLoaded = useApp((state) => model !== null && state.status?.runner.loaded_model_id === model.model_id);
  const { family } = useWords();
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
      <Button className={css.model ?? ''}>
        <span className="visually-hidden">{t('chooseModel')}</span>
        {model ? <ModelStill model={model} size={40} /> : <EmptyStill size={40} />}
        <span className={css.words}>
          <span className={css.name}>{model?.name ?? t('noModel')}</span>
          {model && (
            <span className={css.facts}>
              {family(model.family)}, {model.precision}
              {isLoaded && `, ${t('inMemory')}`}
            </span>
          )}
        </span>
        <ChevronsUpDown />
      </Button>
      <Popover className={css.float ?? ''} placement="bottom end" offset={4}>
        <Choices
          chosen={model}
          onChoose={(modelId) => {
            generateWith(modelId);
            setIsOpen(false);
          }}
        />
      </Popover>
    </DialogTrigger>
  );
}

interface ChoicesProps {
  readonly chosen: ModelSummary | null;
  readonly onChoose: (modelId: string) => void;
}

function Choices({ chosen, onChoose }: ChoicesProps) {
  const t = useTranslations('generate');
  const { findGenerators } = useActions();
  const own = useApp(useShallow((state) => state.generatorIds.flatMap((id) => state.models[id] ?? [])));
  const listId = useId();
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<readonly ModelSummary[] | null>(null);
  useEffect(() => {
    if (query === '') return;
    let isWanted = true;
    void findGenerators(query).then((models) => {
      if (isWanted && models) setFound(models);
    });
    return () => {
      isWanted = false;
    };
  }, [query, findGenerators]);
  const models = query === '' ? own : (found ?? own);
  const sorted = models
    .toSorted((a, b) => Number(whyNotRunnable(a) !== null) - Number(whyNotRunnable(b) !== null))
    .slice(0, shownModels);
  const list = (
    <ListBox
      id={listId}
      className={css.list ?? ''}
      aria-label={t('model')}
      autoFocus={own.length < searchedFrom}
      items={sorted.map((item) => ({ id: item.model_id, item }))}
      selectionMode="single"
      // Otherwise Escape would take the choice away instead of closing the list.
      disallowEmptySelection
      selectedKeys={chosen ? [chosen.model_id] : []}
      disabledKeys={sorted.filter((item) => whyNotRunnable(item) !== null).map(({ model_id }) => model_id)}
      renderEmptyState={() => <p className={css.none}>{t('noModelFound', { query })}</p>}
      onSelectionChange={(keys) => {
        const next = sorted.find(({ model_id }) => keys !== 'all' && keys.has(model_id));
        if (next) onChoose(next.model_id);
      }}
    >
      {({ id, item }) => (
        <ListBoxItem id={id} className={css.option ?? ''} textValue={item.name}>
          <Option model={item} />
        </ListBoxItem>
      )}
    </ListBox>
  );
  if (own.length < searchedFrom) return list;
  return (
    <>
      <SearchField
        className={css.search ?? ''}
        aria-label={t('searchModels')}
        autoFocus
        value={query}
        onChange={setQuery}
        onSubmit={() => {
          const first = sorted.find((item) => whyNotRunnable(item) === null);
          if (first) onChoose(first.model_id);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') document.getElementById(listId)?.focus();
          else event.continuePropagation();
        }}
      >
        <Search />
        <Input placeholder={t('searchModels')} />
      </SearchField>
      {list}
    </>
  );
}

function Option({ model }: { readonly model: ModelSummary }) {
  const t = useTranslations('whyNot');
  const { bytes, family } = useWords();
  const why = whyNotRunnable(model);
  return (
    <>
      <ModelStill model={model} size={32} />
      <span className={css.words}>
        <span className={css.name}>{model.name}</span>
        <span className={css.facts}>
          {why ? t(why) : `${family(model.family)}, ${model.precision}, ${bytes(model.size_bytes)}`}
        </span>
      </span>
    </>
  );
}
