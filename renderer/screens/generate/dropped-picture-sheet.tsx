import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import type { DroppedPicture } from '../../store/generate/generate-part.ts';
import { Button } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/display/health-glyph.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { useWords } from '../../ui/use-words.ts';
import css from './dropped-picture-sheet.module.css';
import { infotextRows } from './easel/infotext-rows.ts';

/** What a dropped picture says of itself, and what it may be used for. */
export function DroppedPictureSheet() {
  const dropped = useApp((state) => state.droppedPicture);
  const { closeDropped } = useActions();
  if (!dropped) return null;
  return (
    <Sheet label={dropped.name} size="small" onClose={closeDropped}>
      <div className={css.body}>
        {dropped.thumbnail !== '' && <img className={css.still} src={dropped.thumbnail} alt="" />}
        <div className={css.words}>
          <h2>{dropped.name}</h2>
          <Told dropped={dropped} />
        </div>
      </div>
      <Foot dropped={dropped} />
    </Sheet>
  );
}

function Told({ dropped: { reading, problem } }: { readonly dropped: DroppedPicture }) {
  const t = useTranslations();
  const { failed } = useWords();
  const modelName = useApp((state) =>
    reading?.model_id == null ? null : (state.models[reading.model_id]?.name ?? reading.model_id),
  );
  if (problem || !reading)
    return (
      <p className={css.note} role="alert">
        <HealthGlyph state="invalid" />
        {problem?.code === 'not_a_picture' ? t('dropped.notPicture') : problem ? failed(problem) : t('app.unreachable')}
      </p>
    );
  const { settings } = reading;
  const size = t('generate.dimensions', { width: reading.width, height: reading.height });
  if (!settings)
    return (
      <>
        <p className={css.size}>{size}</p>
        <p>{t('dropped.noSettings')}</p>
      </>
    );
  return (
    <>
      <p className={css.size}>{size}</p>
      <p className={css.prompt}>{settings.prompt === '' ? t('generate.noWords') : settings.prompt}</p>
      {settings.negative_prompt !== '' && (
        <p className={css.without}>
          <span>{t('generate.without')}</span> {settings.negative_prompt}
        </p>
      )}
      <p className={css.parameters}>
        {infotextRows(reading.infotext)
          .parameters.map(([name, value]) => `${name} ${value}`)
          .join(', ')}
      </p>
      {settings.model_name !== undefined && (
        <p className={css.note}>
          <HealthGlyph state={modelName === null ? 'offline' : 'valid'} />
          {modelName === null
            ? t('dropped.modelMissing', { name: settings.model_name })
            : t('dropped.modelThere', { name: modelName })}
        </p>
      )}
      {settings.unknown.length > 0 && (
        <p className={css.note}>
          <HealthGlyph state="degraded" />
          <span>{t('dropped.unknown', { list: settings.unknown.join(', ') })}</span>
        </p>
      )}
    </>
  );
}

function Foot({ dropped: { reading } }: { readonly dropped: DroppedPicture }) {
  const t = useTranslations('dropped');
  const { closeDropped, startFromDropped, useDroppedSettings: takeSettings } = useActions();
  const hasSettings = reading?.settings != null;
  return (
    <footer className={css.foot}>
      <Button kind="plain" onPress={closeDropped}>
        {t('cancel')}
      </Button>
      {reading && (
        <Button kind={hasSettings ? 'edge' : 'next'} onPress={() => void startFromDropped()}>
          {t('start')}
        </Button>
      )}
      {hasSettings && (
        <Button kind="next" onPress={takeSettings}>
          {t('use')}
        </Button>
      )}
    </footer>
  );
}
