import { ImagePlus, X } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../../app-context.tsx';
import { Tool } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/fields/choice.tsx';
import { NumberField } from '../../../ui/fields/number-field.tsx';
import { Slider } from '../../../ui/fields/slider.tsx';
import { PickPicture } from '../pick-picture.tsx';
import { Fold } from './fold.tsx';
import css from './params.module.css';
import start from './start-fold.module.css';

/** How a picture of another shape becomes the size: as the contract numbers it. */
const resizeModes = [
  { mode: 1, key: 'crop' },
  { mode: 2, key: 'fill' },
  { mode: 0, key: 'stretch' },
  { mode: 3, key: 'latent' },
] as const;

/** The picture to start from, and how much of it is made anew. */
export function StartFold() {
  const t = useTranslations('generate');
  const { setDraft } = useActions();
  const { startFrom, strength, resizeMode } = useApp((state) => state.draft);
  const value = startFrom === null ? t('startNothing') : startFrom.name;
  return (
    <Fold name="start" title={t('startFrom')} value={value}>
      {startFrom === null ? (
        <div className={start.empty}>
          <span>{t('startHint')}</span>
          <PickPicture label={t('startFromPicture')}>
            <ImagePlus />
          </PickPicture>
        </div>
      ) : (
        <>
          <div className={start.chosen}>
            <img src={startFrom.thumbnail} alt="" />
            <span className={start.words}>
              <b title={startFrom.name}>{startFrom.name}</b>
              <span>{t('dimensions', { width: startFrom.width, height: startFrom.height })}</span>
            </span>
            <Tool label={t('startDrop')} onPress={() => setDraft({ startFrom: null })}>
              <X />
            </Tool>
          </div>
          <div className={css.param}>
            <span className={css.name}>{t('strength')}</span>
            <NumberField
              label={t('strength')}
              value={strength}
              min={0}
              max={1}
              fractionDigits={2}
              onChange={(next) => setDraft({ strength: next })}
            />
            <div className={css.wide}>
              <Slider
                label={t('strength')}
                value={strength}
                min={0}
                max={1}
                step={0.05}
                onChange={(next) => setDraft({ strength: Math.round(next * 100) / 100 })}
              />
            </div>
            <span className={css.hint}>{t('strengthMeans')}</span>
          </div>
          <div className={css.param}>
            <span className={css.name}>{t('resize')}</span>
            <div className={css.wide}>
              <Choice
                label={t('resize')}
                value={String(resizeMode)}
                options={resizeModes.map(({ mode, key }) => ({ value: String(mode), text: t(`resizeBy.${key}`) }))}
                onChange={(chosen) => {
                  const found = resizeModes.find(({ mode }) => String(mode) === chosen);
                  if (found) setDraft({ resizeMode: found.mode });
                }}
              />
            </div>
          </div>
        </>
      )}
    </Fold>
  );
}
