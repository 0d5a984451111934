import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { Artifact } from '../../core/contract/job.ts';
import type { ModelSummary } from '../../core/contract/model.ts';
import { useActions } from '../app-context.tsx';
import { patternUrl } from '../pattern/pattern-url.ts';
import css from './still.module.css';

type StillSize = 20 | 32 | 40 | 56 | 64;
type Pictured = Pick<ModelSummary, 'fingerprint' | 'model_type' | 'family'> & { readonly is_offline?: boolean };

interface ModelStillProps {
  readonly model: Pictured;
  readonly size?: StillSize;
}

/** A model's face. Decoration: its name stands beside it. */
export function ModelStill({ model, size }: ModelStillProps) {
  return (
    <span className={css.still} data-size={size} data-off={model.is_offline || undefined}>
      <img src={patternUrl(model.fingerprint, model.model_type, model.family)} alt="" draggable={false} />
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
