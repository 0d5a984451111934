import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { Artifact } from '../../../core/contract/job.ts';
import type { ModelSummary } from '../../../core/contract/model.ts';
import { useActions, useApp } from '../../app-context.tsx';
import { patternUrl } from '../../pattern/pattern-url.ts';
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
  const pattern = patternUrl(model.fingerprint, model.model_type, model.family);
  const preview = model.model_id !== undefined && model.preview != null ? previewUrl(model.model_id) : null;
  return (
    <span className={css.still} data-size={size} data-off={model.is_offline || undefined}>
      <img
        src={preview === null ? pattern : stamp === 0 ? preview : `${preview}?v=${stamp}`}
        alt=""
        draggable={false}
        decoding="async"
        onError={({ currentTarget }) => {
          // A preview that is gone from the disk: the model still has a face.
          if (currentTarget.src !== pattern) currentTarget.src = pattern;
        }}
      />
    </span>
  );
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
