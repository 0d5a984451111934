import { ChevronDown, ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { useActions, useApp } from '../../../app-context.tsx';
import { PickButton } from '../../../ui/button.tsx';
import { Menu } from '../../../ui/menu.tsx';
import css from './params.module.css';

interface FoldProps {
  readonly name: string;
  readonly title: string;
  readonly value: string;
  readonly children: ReactNode;
}

/** Parameters that seldom change: closed, their value still informs. */
export function Fold({ name, title, value, children }: FoldProps) {
  const { toggleFold } = useActions();
  const isOpen = useApp((state) => state.openFolds.includes(name));
  return (
    <>
      <button type="button" className={css.fold} aria-expanded={isOpen} onClick={() => toggleFold(name)}>
        <ChevronRight />
        {title}
        <span className={css.foldValue} title={value}>
          {!isOpen && value}
        </span>
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

/** One of many, in a menu. */
export function Pick<Value extends string>({ label, value, options, named, onChange }: PickProps<Value>) {
  return (
    <Param label={label}>
      <Menu
        label={label}
        selectedId={value}
        entries={options.map((option) => ({ id: option, text: named(option) }))}
        onAction={(id) => {
          const chosen = options.find((option) => option === id);
          if (chosen !== undefined) onChange(chosen);
        }}
        trigger={
          <PickButton label={`${label} ${named(value)}`}>
            <b>{named(value)}</b>
            <ChevronDown />
          </PickButton>
        }
      />
    </Param>
  );
}

export function Param({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className={css.param}>
      <span className={css.name}>{label}</span>
      {children}
    </div>
  );
}
