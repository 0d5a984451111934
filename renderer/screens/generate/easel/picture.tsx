import { Columns2, Copy, FolderOpen, ImagePlus, Info, ZoomIn, ZoomOut } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Dialog, DialogTrigger, Popover } from 'react-aria-components/Popover';
import { useTranslations } from 'use-intl';
import type { Artifact, Job } from '../../../../core/contract/jobs/job.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { Button, Tool, ToolTrigger } from '../../../ui/button.tsx';
import { FakeMark } from '../../../ui/display/still.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { useWords } from '../../../ui/use-words.ts';
import css from './easel.module.css';
import { Figure } from './figure.tsx';
import { infotextRows } from './infotext-rows.ts';
import { closer, farther, type View, wholePicture } from './zoom/zoom.ts';
import { ZoomView } from './zoom/zoom-view.tsx';

interface PictureProps {
  readonly artifact: Artifact;
  readonly job: Job | null;
}

/** A finished picture: looked at closely, copied, compared, made again. */
export function Picture({ artifact, job }: PictureProps) {
  const t = useTranslations('generate');
  const { pictureUrl, reveal, canReveal, useSettings: takeSettings, copyPicture, compare } = useActions();
  const { duration } = useWords();
  const [view, setView] = useState<View>(wholePicture);
  const seed = artifact.seed === null ? '' : String(artifact.seed);
  return (
    <Figure
      width={artifact.width}
      height={artifact.height}
      under={
        <figcaption className={css.under}>
          <b>{t('seedValue', { seed })}</b>
          <span className={css.rare}>{t('dimensions', { width: artifact.width, height: artifact.height })}</span>
          {job?.timings && (
            <span className={`${css.faint} ${css.rarest}`}>
              {t('took', { time: duration(job.timings.total_ms / Math.max(1, job.artifacts.length)) })}
            </span>
          )}
          <span className={css.grow} />
          <span className={css.tools}>
            <ZoomTools view={view} onChange={setView} />
            <Tool label={t('compare')} onPress={() => compare(null)}>
              <Columns2 />
            </Tool>
            <Tool label={t('copy')} onPress={() => void copyPicture(artifact, t('copied'))}>
              <Copy />
            </Tool>
            {canReveal && (
              <Tool label={t('reveal')} onPress={() => void reveal(artifact.path)}>
                <FolderOpen />
              </Tool>
            )}
            <PictureInfo artifact={artifact} job={job} />
            <UseMenu artifact={artifact} />
            <Button kind="plain" size="small" onPress={() => void takeSettings(artifact)}>
              {t('use')}
            </Button>
          </span>
        </figcaption>
      }
    >
      <ZoomView pictureWidth={artifact.width} view={view} onChange={setView}>
        <img
          data-zoomed=""
          src={pictureUrl(artifact)}
          alt={job?.request.prompt || t('picture', { seed })}
          draggable={false}
        />
      </ZoomView>
      {artifact.is_fake && <FakeMark />}
    </Figure>
  );
}

interface ZoomToolsProps {
  readonly view: View;
  readonly onChange: (view: View) => void;
}

export function ZoomTools({ view, onChange }: ZoomToolsProps) {
  const t = useTranslations('generate');
  const { percent } = useWords();
  return (
    <span className={css.zoom}>
      {view.scale > 1 && (
        <>
          <Tool label={t('zoomOut')} onPress={() => onChange(farther(view))}>
            <ZoomOut />
          </Tool>
          <AriaButton className={css.percent ?? ''} aria-label={t('zoomWhole')} onPress={() => onChange(wholePicture)}>
            {percent(view.scale)}
          </AriaButton>
        </>
      )}
      <Tool label={t('zoomIn')} onPress={() => onChange(closer(view))}>
        <ZoomIn />
      </Tool>
    </span>
  );
}

function UseMenu({ artifact }: { readonly artifact: Artifact }) {
  const t = useTranslations('generate');
  const { startFromArtifact, showAsPreview, setDraft } = useActions();
  const model = useApp((state) => (artifact.model_id === null ? undefined : state.models[artifact.model_id]));
  return (
    <Menu
      label={t('useFor')}
      trigger={
        <ToolTrigger label={t('useFor')}>
          <ImagePlus />
        </ToolTrigger>
      }
      entries={[
        { id: 'start', text: t('startFromThis') },
        ...(artifact.seed === null ? [] : [{ id: 'seed', text: t('useSeed') }]),
        ...(model ? [{ id: 'face', text: t('useAsFace', { name: model.name }), isApart: true }] : []),
      ]}
      onAction={(id) => {
        if (id === 'start') void startFromArtifact(artifact);
        if (id === 'seed') setDraft({ seed: artifact.seed });
        if (id === 'face' && model) void showAsPreview(artifact, t('faceChanged', { name: model.name }));
      }}
    />
  );
}

/** Everything that is known of a picture's making. */
function PictureInfo({ artifact, job }: PictureProps) {
  const t = useTranslations('generate');
  const { copyText } = useActions();
  const { bytes, day, time, duration } = useWords();
  const model = useApp((state) => (artifact.model_id === null ? undefined : state.models[artifact.model_id]));
  const { prompt, negativePrompt, parameters } = infotextRows(artifact.infotext);
  const facts: readonly (readonly [string, string])[] = [
    ...(model ? [[t('model'), model.name] as const] : []),
    [t('madeAt'), `${day(artifact.created_at)} ${time(artifact.created_at)}`],
    ...(job?.timings ? [[t('tookLabel'), duration(job.timings.total_ms)] as const] : []),
    [t('file'), `${artifact.format.toUpperCase()}, ${bytes(artifact.size_bytes)}`],
  ];
  return (
    <DialogTrigger>
      <ToolTrigger label={t('info')}>
        <Info />
      </ToolTrigger>
      <Popover placement="top end" offset={6}>
        <Dialog className={css.info ?? ''} aria-label={t('info')}>
          <div className={css.told}>
            <p className={css.saidPrompt}>{prompt === '' ? t('noWords') : prompt}</p>
            {negativePrompt !== '' && (
              <p className={css.saidWithout}>
                <span>{t('without')}</span> {negativePrompt}
              </p>
            )}
            <dl className={css.facts}>
              {[...facts, ...parameters].map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>
                    <bdi>{value}</bdi>
                  </dd>
                </div>
              ))}
            </dl>
          </div>
          <div className={css.infoFoot}>
            <Button size="small" onPress={() => void copyText(artifact.infotext, t('copiedInfo'))}>
              {t('copyInfo')}
            </Button>
          </div>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
