import { ChevronDown, ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { samplerNames, schedulerNames } from '../../../core/contract/generate.ts';
import { useActions, useApp } from '../../app-context.tsx';
import { PickButton } from '../../ui/button.tsx';
import { Menu } from '../../ui/menu.tsx';
import css from './params.module.css';

/** Sampler and noise schedule: folded, their values in sight. */
export function SamplerFold() {
  const t = useTranslations('generate');
  const { setDraft } = useActions();
  const { sampler, scheduler } = useApp((state) => state.draft);
  const named = (name: string) => (name === 'Automatic' ? t('automatic') : name);
  const value =
    sampler === 'Automatic' && scheduler === 'Automatic'
      ? t('automatic')
      : scheduler === 'Automatic'
        ? sampler
        : t('samplerValue', { sampler: named(sampler), scheduler });
  return (
    <Fold name="sampler" title={t('sampler')} value={value}>
      <Pick
        label={t('sampler')}
        value={sampler}
        options={samplerNames}
        named={named}
        onChange={(next) => setDraft({ sampler: next })}
      />
      <Pick
        label={t('schedule')}
        value={scheduler}
        options={schedulerNames}
        named={named}
        onChange={(next) => setDraft({ scheduler: next })}
      />
    </Fold>
  );
}

interface FoldProps {
  readonly name: string;
  readonly title: string;
  readonly value: string;
  readonly children: ReactNode;
}

function Fold({ name, title, value, children }: FoldProps) {
  const { toggleFold } = useActions();
  const isOpen = useApp((state) => state.openFolds.includes(name));
  return (
    <>
      <button type="button" className={css.fold} aria-expanded={isOpen} onClick={() => toggleFold(name)}>
        <ChevronRight />
        {title}
        <span className={css.foldValue}>{!isOpen && value}</span>
      </button>
      {isOpen && <div className={css.folded}>{children}</div>}
    </>
  );
}

interface PickProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly Value[];
  readonly named: (value: Value) => string;
  readonly onChange: (value: Value) => void;
}

function Pick<Value extends string>({ label, value, options, named, onChange }: PickProps<Value>) {
  return (
    <div className={css.param}>
      <span className={css.name}>{label}</span>
      <Menu
        label={label}
        selectedId={value}
        entries={options.map((option) => ({ id: option, text: named(option) }))}
        onAction={(id) => {
          const chosen = options.find((option) => option === id);
          if (chosen !== undefined) onChange(chosen);
        }}
        trigger={
          <PickButton>
            <b>{named(value)}</b>
            <ChevronDown />
          </PickButton>
        }
      />
    </div>
  );
}
