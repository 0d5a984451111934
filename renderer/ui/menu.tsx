import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components/Menu';
import css from './menu.module.css';

export interface MenuEntry {
  readonly id: string;
  readonly text: string;
  readonly kind?: 'usual' | 'danger';
  /** A line stands above it. */
  readonly isApart?: boolean;
}

interface MenuProps {
  readonly label: string;
  readonly trigger: ReactNode;
  readonly entries: readonly MenuEntry[];
  readonly onAction: (id: string) => void;
  /** Given for a menu that chooses one of its entries. */
  readonly selectedId?: string;
}

export function Menu({ label, trigger, entries, onAction, selectedId }: MenuProps) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={css.float ?? ''} placement="bottom end" offset={4}>
        <AriaMenu
          className={css.list ?? ''}
          aria-label={label}
          onAction={(id) => onAction(String(id))}
          {...(selectedId !== undefined && { selectionMode: 'single' as const, selectedKeys: [selectedId] })}
        >
          {entries.flatMap((entry) => [
            ...(entry.isApart ? [<Separator key={`${entry.id}-line`} className={css.line ?? ''} />] : []),
            <MenuItem
              key={entry.id}
              id={entry.id}
              className={css.item ?? ''}
              data-kind={entry.kind}
              textValue={entry.text}
            >
              {({ isSelected }) => (
                <>
                  {entry.text}
                  {isSelected && <Check className={css.tick} />}
                </>
              )}
            </MenuItem>,
          ])}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
