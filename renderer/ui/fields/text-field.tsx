import { useState } from 'react';
import css from './text-field.module.css';

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly width: number;
  readonly placeholder?: string;
  readonly isMono?: boolean;
  readonly isDisabled?: boolean;
  readonly isWrong?: boolean;
  readonly maxLength?: number;
  /** When Enter is pressed or the field is left with another text. */
  readonly onCommit: (text: string) => void;
}

/** A line of text, taken over on Enter and on leaving; Escape puts the old one back. */
export function TextField(props: TextFieldProps) {
  const {
    label,
    value,
    width,
    placeholder,
    isMono = false,
    isDisabled = false,
    isWrong = false,
    maxLength,
    onCommit,
  } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const commit = () => {
    if (typed !== null && typed !== value) onCommit(typed);
    setTyped(null);
  };
  return (
    <input
      className={css.field}
      data-mono={isMono || undefined}
      style={{ width }}
      aria-label={label}
      aria-invalid={isWrong}
      disabled={isDisabled}
      value={typed ?? value}
      placeholder={placeholder}
      maxLength={maxLength}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => setTyped(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        if (event.key !== 'Escape' || typed === null) return;
        event.stopPropagation();
        setTyped(null);
      }}
    />
  );
}
