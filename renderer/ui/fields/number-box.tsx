import { NumberField as AriaNumberField, Input } from 'react-aria-components/NumberField';
import css from './number-box.module.css';

interface NumberBoxProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly isDisabled?: boolean;
  readonly onChange: (value: number) => void;
}

/** A whole number in a box. Taken over on Enter and on leaving, clamped to its range. */
export function NumberBox({ label, value, min, max, isDisabled = false, onChange }: NumberBoxProps) {
  return (
    <AriaNumberField
      aria-label={label}
      value={value}
      minValue={min}
      maxValue={max}
      step={1}
      isDisabled={isDisabled}
      formatOptions={{ useGrouping: false, maximumFractionDigits: 0 }}
      onChange={(next) => {
        if (!Number.isNaN(next) && next !== value) onChange(next);
      }}
    >
      <Input className={css.box ?? ''} />
    </AriaNumberField>
  );
}
