import { type ReactNode, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Artifact } from '../../../core/contract/jobs/job.ts';
import type { ModelSummary } from '../../../core/contract/library/model.ts';
import { useActions, useApp } from '../../app-context.tsx';
import { type Face, keepSharp, paintStrip, type Strip } from '../../pattern/keep-painted.ts';
import css from './still.module.css';

type StillSize = 20 | 32 | 40 | 56 | 64;
type Pictured = Pick<ModelSummary, 'fingerprint' | 'model_type' | 'family'> &
  Partial<Pick<ModelSummary, 'model_id' | 'preview' | 'is_offline'>>;

interface ModelStillProps {
  readonly model: Pictured;
  readonly size?: StillSize;
}

/** A model's face: the picture that was chosen for it, else its pattern. Decoration: its name stands beside it. */
export function ModelStill({ model, size }: ModelStillProps) {
  const { previewUrl } = useActions();
  const stamp = useApp((state) => (model.model_id === undefined ? 0 : (state.previewStamps[model.model_id] ?? 0)));
  const address = model.model_id !== undefined && model.preview != null ? previewUrl(model.model_id) : null;
  const preview = address === null || stamp === 0 ? address : `${address}?v=${stamp}`;
  const [gone, setGone] = useState<string | null>(null);
  return (
    <span className={css.still} data-size={size} data-off={model.is_offline || undefined} aria-hidden="true">
      {preview === null || preview === gone ? (
        <Pattern fingerprint={model.fingerprint} type={model.model_type} family={model.family} />
      ) : (
        // One that is gone from the disk: the model still has a face.
        <img src={preview} alt="" draggable={false} decoding="async" onError={() => setGone(preview)} />
      )}
    </span>
  );
}

function Pattern({ fingerprint, type, family }: Face) {
  const faces = useMemo(() => [{ fingerprint, type, family }], [fingerprint, type, family]);
  return <FaceStrip faces={faces} radiusPx={0} />;
}

/** Faces side by side on one canvas, which fills its place. */
export function FaceStrip({ faces, radiusPx }: Strip) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => (canvas.current ? keepSharp(canvas.current) : undefined), []);
  useLayoutEffect(() => {
    if (canvas.current) paintStrip(canvas.current, { faces, radiusPx });
  }, [faces, radiusPx]);
  return <canvas ref={canvas} />;
}

interface PictureStillProps {
  readonly artifact: Artifact;
  readonly size?: StillSize;
  readonly alt: string;
}

export function PictureStill({ artifact, size, alt }: PictureStillProps) {
  const { pictureUrl } = useActions();
  return (
    <span className={css.still} data-size={size}>
      <img src={pictureUrl(artifact)} alt={alt} loading="lazy" draggable={false} />
    </span>
  );
}

/** The place where a picture will be, or one that is no file yet. */
export function EmptyStill({ size, children }: { readonly size?: StillSize; readonly children?: ReactNode }) {
  return (
    <span className={css.still} data-size={size}>
      {children}
    </span>
  );
}

/** Says on the picture itself that no model made it. */
export function FakeMark() {
  const t = useTranslations('generate');
  return (
    <span className={css.fake} title={t('fakeMeans')}>
      {t('fake')}
    </span>
  );
}
