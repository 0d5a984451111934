import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import { Tooltip, TooltipTrigger } from 'react-aria-components/Tooltip';
import css from './button.module.css';
import { classNames } from './class-names.ts';

interface ButtonProps {
  readonly children: ReactNode;
  readonly onPress: () => void;
  /** `next` is the one thing to do next: at most one a screen. */
  readonly kind?: 'next' | 'plain' | 'danger' | 'edge';
  readonly size?: 'small' | 'usual' | 'tall';
  readonly isDisabled?: boolean;
  readonly autoFocus?: boolean;
  readonly className?: string | undefined;
  readonly label?: string;
  /** Of a button that shows something and takes it away again. */
  readonly isPressed?: boolean;
}

export function Button({
  children,
  onPress,
  kind = 'edge',
  size = 'usual',
  isDisabled = false,
  autoFocus = false,
  className,
  label,
  isPressed,
}: ButtonProps) {
  return (
    <AriaButton
      className={classNames(css.button, className)}
      data-kind={kind}
      data-size={size}
      isDisabled={isDisabled}
      autoFocus={autoFocus}
      onPress={onPress}
      {...(label !== undefined && { 'aria-label': label })}
      {...(isPressed !== undefined && { 'aria-pressed': isPressed })}
    >
      {children}
    </AriaButton>
  );
}

interface ToolProps {
  readonly label: string;
  readonly children: ReactNode;
  readonly onPress: () => void;
  readonly isDisabled?: boolean;
}

/** A button that is an icon; its name shows after a moment of hovering, and on focus. */
export function Tool({ label, children, onPress, isDisabled = false }: ToolProps) {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <AriaButton className={css.tool ?? ''} aria-label={label} isDisabled={isDisabled} onPress={onPress}>
        {children}
      </AriaButton>
      <Tooltip className={css.tip ?? ''} offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}

interface ToolToggleProps extends ToolProps {
  readonly isOn: boolean;
}

export function ToolToggle({ label, children, onPress, isOn, isDisabled = false }: ToolToggleProps) {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <ToggleButton
        className={css.tool ?? ''}
        aria-label={label}
        isSelected={isOn}
        isDisabled={isDisabled}
        onChange={onPress}
      >
        {children}
      </ToggleButton>
      <Tooltip className={css.tip ?? ''} offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}

interface PickButtonProps {
  readonly children: ReactNode;
  readonly label?: string;
}

/** The trigger of a menu: words with a chevron. Its press belongs to the menu around it. */
export function PickButton({ children, label }: PickButtonProps) {
  return (
    <AriaButton className={css.pick ?? ''} {...(label !== undefined && { 'aria-label': label })}>
      {children}
    </AriaButton>
  );
}

/** The icon trigger of a menu. */
export function ToolTrigger({ children, label }: { readonly children: ReactNode; readonly label: string }) {
  return (
    <AriaButton className={css.tool ?? ''} aria-label={label}>
      {children}
    </AriaButton>
  );
}

/** A tool within a row whose list has the one tab stop: reached by pointer, its deed by a key of the list. */
export function RowTool({ label, children, onPress }: ToolProps) {
  return (
    <AriaButton className={css.tool ?? ''} aria-label={label} excludeFromTabOrder onPress={onPress}>
      {children}
    </AriaButton>
  );
}

/** The trigger of a menu that looks like a button. */
export function EdgeTrigger({ children }: { readonly children: ReactNode }) {
  return (
    <AriaButton className={css.button ?? ''} data-kind="edge">
      {children}
    </AriaButton>
  );
}

export function PlainTrigger({ children }: { readonly children: ReactNode }) {
  return (
    <AriaButton className={css.button ?? ''} data-kind="plain">
      {children}
    </AriaButton>
  );
}
