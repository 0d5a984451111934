import type { CSSProperties } from 'react';
import { useLocale } from 'react-aria-components/I18nProvider';
import { Slider as AriaSlider, SliderThumb, SliderTrack } from 'react-aria-components/Slider';
import css from './slider.module.css';

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
}

/** A value that may lie beyond the ends: the field beside it takes those. */
export function Slider({ label, value, min, max, step, onChange }: SliderProps) {
  const { direction } = useLocale();
  const shown = Math.min(max, Math.max(min, value));
  const at = `${((shown - min) / (max - min)) * 100}%`;
  return (
    <AriaSlider
      className={css.slider ?? ''}
      aria-label={label}
      value={shown}
      minValue={min}
      maxValue={max}
      step={step}
      onChange={onChange}
    >
      {/* The thumb goes by the language, whatever stands around it: so does the fill. */}
      <SliderTrack className={css.track ?? ''} dir={direction}>
        <div className={css.fill} style={{ '--at': at } as CSSProperties} />
        <SliderThumb className={css.thumb ?? ''} />
      </SliderTrack>
    </AriaSlider>
  );
}
