import { ChevronsUpDown } from 'lucide-react';
import { useState } from 'react';
import { Button, DialogTrigger, ListBox, ListBoxItem, Popover } from 'react-aria-components';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import type { ModelSummary } from '../../../core/contract/model.ts';
import { useActions, useApp } from '../../app-context.tsx';
import { draftModel, whyNotRunnable } from '../../store/selectors.ts';
import { EmptyStill, ModelStill } from '../../ui/still.tsx';
import { useWords } from '../../ui/use-words.ts';
import css from './model-picker.module.css';

/** What runs first; what doesn't stands below with its reason, and can't be chosen. */
export function ModelPicker() {
  const t = useTranslations('generate');
  const { generateWith } = useActions();
  const [isOpen, setIsOpen] = useState(false);
  const model = useApp(draftModel);
  const models = useApp(useShallow((state) => state.generatorIds.flatMap((id) => state.models[id] ?? [])));
  const isLoaded = useApp((state) => model !== null && state.status?.runner.loaded_model_id === model.model_id);
  const { family } = useWords();
  const sorted = models.toSorted((a, b) => Number(whyNotRunnable(a) !== null) - Number(whyNotRunnable(b) !== null));
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
        <ListBox
          className={css.list ?? ''}
          aria-label={t('model')}
          autoFocus
          items={sorted.map((item) => ({ id: item.model_id, item }))}
          selectionMode="single"
          selectedKeys={model ? [model.model_id] : []}
          disabledKeys={sorted.filter((item) => whyNotRunnable(item) !== null).map(({ model_id }) => model_id)}
          onSelectionChange={(keys) => {
            const chosen = sorted.find(({ model_id }) => keys !== 'all' && keys.has(model_id));
            if (chosen) generateWith(chosen.model_id);
            setIsOpen(false);
          }}
        >
          {({ id, item }) => (
            <ListBoxItem id={id} className={css.option ?? ''} textValue={item.name}>
              <Option model={item} />
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </DialogTrigger>
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
