import { useTranslations } from 'use-intl';
import { limits, maxSeed } from '../../../../core/contract/generate/generate.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import type { Saving } from '../../../store/generate/generate-part.ts';
import { Choice } from '../../../ui/fields/choice.tsx';
import { NumberField } from '../../../ui/fields/number-field.tsx';
import { Slider } from '../../../ui/fields/slider.tsx';
import { useWords } from '../../../ui/use-words.ts';
import { Fold, Param } from './fold.tsx';
import css from './params.module.css';

const factors = [null, 2, 4] as const;

/** Enlarges the finished pictures in a step of its own; the small ones stay. */
export function UpscaleFold() {
  const t = useTranslations('generate');
  const { setDraft } = useActions();
  const { number } = useWords();
  const upscale = useApp((state) => state.draft.upscale);
  const named = (factor: number | null) =>
    factor === null ? t('upscaleNone') : t('upscaleBy', { factor: number(factor) });
  return (
    <Fold name="upscale" title={t('upscale')} value={named(upscale)}>
      <Param label={t('upscale')}>
        <Choice
          label={t('upscale')}
          value={String(upscale)}
          options={factors.map((factor) => ({ value: String(factor), text: named(factor) }))}
          onChange={(chosen) => {
            const factor = factors.find((known) => String(known) === chosen);
            if (factor !== undefined) setDraft({ upscale: factor });
          }}
        />
      </Param>
    </Fold>
  );
}

/** A second noise mixed into the first: pictures close to one that is liked. */
export function VariationFold() {
  const t = useTranslations('generate');
  const { setDraft } = useActions();
  const { percent } = useWords();
  const { subseed, subseedStrength } = useApp((state) => state.draft);
  const value = subseedStrength === 0 ? t('variationNone') : percent(subseedStrength);
  return (
    <Fold name="variation" title={t('variation')} value={value}>
      <div className={css.param}>
        <span className={css.name}>{t('variationStrength')}</span>
        <NumberField
          label={t('variationStrength')}
          value={subseedStrength}
          min={0}
          max={1}
          fractionDigits={2}
          onChange={(next) => setDraft({ subseedStrength: next })}
        />
        <div className={css.wide}>
          <Slider
            label={t('variationStrength')}
            value={subseedStrength}
            min={0}
            max={1}
            step={0.05}
            onChange={(next) => setDraft({ subseedStrength: Math.round(next * 100) / 100 })}
          />
        </div>
      </div>
      <Param label={t('subseed')}>
        <NumberField
          label={t('subseed')}
          value={subseed}
          min={0}
          max={maxSeed}
          width={104}
          isMono
          placeholder={t('seedNew')}
          onChange={(next) => setDraft({ subseed: next })}
          onEmpty={() => setDraft({ subseed: null })}
        />
      </Param>
    </Fold>
  );
}

/** How the prompt and the seed are understood; what is not chosen is as Settings has it. */
export function ReadingFold() {
  const t = useTranslations('generate');
  const { setDraft } = useActions();
  const draft = useApp((state) => state.draft);
  const options = useApp((state) => state.options);
  const syntax = draft.promptSyntax ?? options?.prompt_syntax ?? 'webui';
  const clipSkip = draft.clipSkip ?? options?.CLIP_stop_at_last_layers ?? 1;
  const rng = draft.rng ?? (options && options.randn_source !== 'CPU' ? 'nv' : 'cpu');
  const parts = [
    syntax === 'plain' ? t('syntaxPlain') : null,
    t('clipSkipValue', { count: clipSkip }),
    rng === 'nv' ? t('rngNv') : null,
  ];
  return (
    <Fold name="reading" title={t('reading')} value={parts.filter((part) => part !== null).join(', ')}>
      <Param label={t('syntax')}>
        <Choice
          label={t('syntax')}
          value={syntax}
          options={[
            { value: 'webui', text: t('syntaxMarks') },
            { value: 'plain', text: t('syntaxPlain') },
          ]}
          onChange={(promptSyntax) => setDraft({ promptSyntax })}
        />
      </Param>
      <Param label={t('clipSkip')}>
        <NumberField
          label={t('clipSkip')}
          value={clipSkip}
          min={1}
          max={limits.maxClipSkip}
          onChange={(next) => setDraft({ clipSkip: next })}
        />
      </Param>
      <Param label={t('rng')}>
        <Choice
          label={t('rng')}
          value={rng}
          options={[
            { value: 'cpu', text: t('rngCpu') },
            { value: 'nv', text: t('rngNv') },
          ]}
          onChange={(next) => setDraft({ rng: next })}
        />
      </Param>
    </Fold>
  );
}

const formats = ['png', 'jpg', 'webp'] as const;

/** How these pictures are saved; what is not chosen is as Settings has it. */
export function SavingFold() {
  const t = useTranslations('generate');
  const { setDraft } = useActions();
  const saving = useApp((state) => state.draft.saving);
  const options = useApp((state) => state.options);
  const usual = options?.samples_format === 'jpeg' ? 'jpg' : (options?.samples_format ?? 'png');
  const format = saving.format ?? usual;
  const quality = saving.quality ?? options?.jpeg_quality ?? 80;
  const isLossless = saving.isLossless ?? options?.webp_lossless ?? false;
  const hasInfotext = saving.hasInfotext ?? options?.enable_pnginfo ?? true;
  const change = (next: Partial<Saving>) => setDraft({ saving: { ...saving, ...next } });
  const yesNo = [
    { value: 'yes', text: t('yes') },
    { value: 'no', text: t('no') },
  ] as const;
  return (
    <Fold
      name="saving"
      title={t('saving')}
      value={t(hasInfotext ? 'savingWith' : 'savingWithout', { format: t(`formatOf.${format}`) })}
    >
      <Param label={t('format')}>
        <Choice
          label={t('format')}
          value={format}
          options={formats.map((value) => ({ value, text: t(`formatOf.${value}`) }))}
          onChange={(next) => change({ format: next })}
        />
      </Param>
      {format === 'webp' && (
        <Param label={t('lossless')}>
          <Choice
            label={t('lossless')}
            value={isLossless ? 'yes' : 'no'}
            options={yesNo}
            onChange={(next) => change({ isLossless: next === 'yes' })}
          />
        </Param>
      )}
      {(format === 'jpg' || (format === 'webp' && !isLossless)) && (
        <Param label={t('quality')}>
          <NumberField
            label={t('quality')}
            value={quality}
            min={1}
            max={100}
            onChange={(next) => change({ quality: next })}
          />
        </Param>
      )}
      <Param label={t('withSettings')}>
        <Choice
          label={t('withSettings')}
          value={hasInfotext ? 'yes' : 'no'}
          options={yesNo}
          onChange={(next) => change({ hasInfotext: next === 'yes' })}
        />
      </Param>
    </Fold>
  );
}
