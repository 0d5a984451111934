import type { CSSProperties } from 'react';
import { NumberField as AriaNumberField, Input } from 'react-aria-components/NumberField';
import css from './number-field.module.css';

interface NumberFieldProps {
  readonly label: string;
  readonly value: number | null;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly fractionDigits?: number;
  readonly width?: number;
  readonly isMono?: boolean;
  readonly placeholder?: string;
  readonly onChange: (value: number) => void;
  /** Given where the field may be left empty. */
  readonly onEmpty?: () => void;
}

/** A number that reads as text until it is touched. Taken over on Enter and on leaving, clamped to its range. */
export function NumberField({
  label,
  value,
  min,
  max,
  step = 1,
  fractionDigits = 0,
  width,
  isMono = false,
  placeholder,
  onChange,
  onEmpty,
}: NumberFieldProps) {
  return (
    <AriaNumberField
      className={css.value ?? ''}
      aria-label={label}
      value={value ?? Number.NaN}
      minValue={min}
      maxValue={max}
      {...(fractionDigits === 0 && { step })}
      formatOptions={{
        useGrouping: false,
        minimumFractionDigits: fractionDigits,
        maximumFractionDigits: fractionDigits,
      }}
      onChange={(next) => {
        if (Number.isNaN(next)) onEmpty?.();
        else onChange(next);
      }}
    >
      <Input
        className={css.input ?? ''}
        data-mono={isMono || undefined}
        style={width === undefined ? {} : ({ '--width': `${width}px` } as CSSProperties)}
        {...(placeholder !== undefined && { placeholder })}
      />
    </AriaNumberField>
  );
}
