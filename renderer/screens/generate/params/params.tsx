import { Dices, Lock, LockOpen } from 'lucide-react';
import { useEffect } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup';
import { useTranslations } from 'use-intl';
import { limits, maxSeed } from '../../../../core/contract/generate/generate.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { missedSize, nearestSide, paramsOf, sizePresets } from '../../../store/generate/draft.ts';
import { draftModel, easelOf, timeEach, usualOf } from '../../../store/selectors.ts';
import { Button, Tool, ToolToggle } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/fields/choice.tsx';
import { NumberField } from '../../../ui/fields/number-field.tsx';
import { Slider } from '../../../ui/fields/slider.tsx';
import { useWords } from '../../../ui/use-words.ts';
import { ModelPicker } from './model-picker.tsx';
import { ReadingFold, SavingFold, UpscaleFold, VariationFold } from './more-folds.tsx';
import css from './params.module.css';
import { SamplerFold } from './sampler-fold.tsx';
import { StartFold } from './start-fold.tsx';

/** The five that matter first; the rest folded, its value in sight. */
export function Params() {
  const t = useTranslations('generate');
  const { resetDraft, loadUsualParameters } = useActions();
  const { duration } = useWords();
  const model = useApp(draftModel);
  // Anew whenever the model's row changes: its files or its own defaults may have.
  useEffect(() => {
    if (model !== null) void loadUsualParameters(model.model_id);
  }, [model, loadUsualParameters]);
  const each = useApp(timeEach);
  return (
    <aside className={css.params} aria-label={t('params')}>
      <ModelPicker />
      <div className={css.rule} />
      <Size />
      <StepsAndGuidance />
      <Seed />
      <Count />
      <div className={css.folds}>
        <SamplerFold />
        <StartFold />
        <UpscaleFold />
        <VariationFold />
        <ReadingFold />
        <SavingFold />
      </div>
      <span className={css.grow} />
      <div className={css.foot}>
        <Button kind="plain" size="small" onPress={resetDraft}>
          {t('reset')}
        </Button>
        <span className={css.grow} />
        {each !== null && <span>{t('each', { time: duration(each) })}</span>}
      </div>
    </aside>
  );
}

/** A shape as an outline of the same area as the square's 18 px. */
function outline(width: number, height: number) {
  const side = 18 / Math.sqrt(width * height);
  const across = Math.round(width * side);
  return { width: across + (across > 22 ? -1 : 0), height: Math.round(height * side) };
}

function Size() {
  const t = useTranslations('generate');
  const { setDraft } = useActions();
  const draft = useApp((state) => state.draft);
  const model = useApp(draftModel);
  const usual = useApp(usualOf);
  const { width, height } = paramsOf(draft, model, usual);
  const presets = sizePresets(model, usual);
  const missed = missedSize({ width, height }, model);
  const chosen = presets.find((preset) => preset.width === width && preset.height === height);
  const field = (label: string, value: number, key: 'width' | 'height') => (
    <NumberField
      label={label}
      value={value}
      min={limits.minSide}
      max={limits.maxSide}
      step={8}
      width={20}
      onChange={(next) => setDraft({ width, height, [key]: nearestSide(next) })}
    />
  );
  return (
    <div className={css.param}>
      <span className={css.name}>{t('size')}</span>
      <bdi dir="ltr" className={css.pair}>
        {field(t('width'), width, 'width')} × {field(t('height'), height, 'height')}
      </bdi>
      <ToggleButtonGroup
        className={css.ratios ?? ''}
        aria-label={t('size')}
        selectionMode="single"
        selectedKeys={chosen ? [chosen.ratio] : []}
        onSelectionChange={(keys) => {
          const preset = presets.find(({ ratio }) => keys.has(ratio));
          if (preset) setDraft({ width: preset.width, height: preset.height });
        }}
      >
        {presets.map((preset) => (
          <ToggleButton
            key={preset.ratio}
            id={preset.ratio}
            className={css.ratio ?? ''}
            aria-label={t('wide', {
              ratio: preset.ratio === 'square' ? t('square') : preset.ratio,
              width: preset.width,
              height: preset.height,
            })}
          >
            <i style={outline(preset.width, preset.height)} />
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      {missed !== null && <span className={css.hint}>{t('sizeMissed', missed)}</span>}
    </div>
  );
}

function StepsAndGuidance() {
  const t = useTranslations('generate');
  const { setDraft } = useActions();
  const draft = useApp((state) => state.draft);
  const model = useApp(draftModel);
  const { steps, guidanceScale } = paramsOf(draft, model, useApp(usualOf));
  return (
    <>
      <div className={css.param}>
        <span className={css.name}>{t('steps')}</span>
        <NumberField
          label={t('steps')}
          value={steps}
          min={1}
          max={limits.maxSteps}
          onChange={(next) => setDraft({ steps: next })}
        />
        <div className={css.wide}>
          <Slider
            label={t('steps')}
            value={steps}
            min={1}
            max={60}
            step={1}
            onChange={(next) => setDraft({ steps: next })}
          />
        </div>
      </div>
      <div className={css.param}>
        <span className={css.name}>{t('guidance')}</span>
        <NumberField
          label={t('guidance')}
          value={guidanceScale}
          min={0}
          max={100}
          fractionDigits={1}
          onChange={(next) => setDraft({ guidanceScale: next })}
        />
        <div className={css.wide}>
          <Slider
            label={t('guidance')}
            value={guidanceScale}
            min={1}
            max={20}
            step={0.5}
            onChange={(next) => setDraft({ guidanceScale: next })}
          />
        </div>
      </div>
    </>
  );
}

function Seed() {
  const t = useTranslations('generate');
  const { setDraft, newSeed } = useActions();
  const seed = useApp((state) => state.draft.seed);
  const shownSeed = useApp((state) => {
    const easel = easelOf(state);
    return easel.kind === 'picture' ? easel.artifact.seed : null;
  });
  return (
    <div className={css.param}>
      <span className={css.name}>{t('seed')}</span>
      <span className={css.seed}>
        <NumberField
          label={t('seed')}
          value={seed}
          min={0}
          max={maxSeed}
          width={104}
          isMono
          placeholder={t('seedNew')}
          onChange={(next) => setDraft({ seed: next })}
          onEmpty={() => setDraft({ seed: null })}
        />
        <ToolToggle
          label={t('keepSeed')}
          isOn={seed !== null}
          onPress={() => {
            if (seed !== null) setDraft({ seed: null });
            else if (shownSeed !== null) setDraft({ seed: shownSeed });
            else newSeed();
          }}
        >
          {seed === null ? <LockOpen /> : <Lock />}
        </ToolToggle>
        <Tool label={t('newSeed')} onPress={newSeed}>
          <Dices />
        </Tool>
      </span>
    </div>
  );
}

const counts = [1, 2, 4, 8] as const;

function Count() {
  const t = useTranslations('generate');
  const { setDraft } = useActions();
  const count = useApp((state) => state.draft.count);
  const isOffered = counts.some((value) => value === count);
  return (
    <div className={css.param}>
      <span className={css.name}>{t('pictures')}</span>
      <span className={css.counts}>
        <Choice
          label={t('pictures')}
          value={isOffered ? String(count) : null}
          options={counts.map((value) => ({ value: String(value), text: value }))}
          onChange={(value) => setDraft({ count: Number(value) })}
        />
        <NumberField
          label={t('picturesExact')}
          value={count}
          min={1}
          max={limits.maxCount}
          width={26}
          onChange={(next) => setDraft({ count: next })}
        />
      </span>
    </div>
  );
}
