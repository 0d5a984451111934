import { X } from 'lucide-react';
import { type CSSProperties, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Artifact } from '../../../../core/contract/jobs/job.ts';
import { useActions } from '../../../app-context.tsx';
import { Tool } from '../../../ui/button.tsx';
import css from './comparison.module.css';
import easel from './easel.module.css';
import { Figure } from './figure.tsx';
import { differencesOf } from './infotext-rows.ts';
import { ZoomTools } from './picture.tsx';
import { type View, wholePicture } from './zoom/zoom.ts';
import { ZoomView } from './zoom/zoom-view.tsx';

const shownDifferences = 4;

interface ComparisonProps {
  readonly first: Artifact;
  /** Null while it is to be picked on the film. */
  readonly second: Artifact | null;
}

/** Two pictures at one place, one wiped over the other, zoomed and moved as one; of different shapes they stand side by side. */
export function Comparison({ first, second }: ComparisonProps) {
  const [view, setView] = useState<View>(wholePicture);
  const [split, setSplit] = useState(50);
  const isSameShape = second === null || Math.abs(first.width / first.height - second.width / second.height) < 0.01;
  const under = <Under first={first} second={second} view={view} onChange={setView} />;
  if (second !== null && !isSameShape)
    return (
      <Figure width={first.width / first.height + second.width / second.height} height={1} under={under}>
        <span className={css.pair}>
          {[first, second].map((artifact) => (
            <span
              key={artifact.id}
              className={css.half}
              style={{ aspectRatio: `${artifact.width} / ${artifact.height}` } satisfies CSSProperties}
            >
              <ZoomView pictureWidth={artifact.width} view={view} onChange={setView}>
                <Shown artifact={artifact} />
              </ZoomView>
            </span>
          ))}
        </span>
      </Figure>
    );
  return (
    <Figure width={first.width} height={first.height} under={under}>
      <ZoomView pictureWidth={first.width} view={view} onChange={setView}>
        <Shown artifact={first} />
        {second && <Wipe second={second} split={split} onChange={setSplit} />}
      </ZoomView>
    </Figure>
  );
}

interface WipeProps {
  readonly second: Artifact;
  readonly split: number;
  readonly onChange: (split: number) => void;
}

function Wipe({ second, split, onChange }: WipeProps) {
  const t = useTranslations('generate');
  return (
    <span className={css.wipe} style={{ '--split': `${split}%` } as CSSProperties}>
      <span className={css.over}>
        <Shown artifact={second} />
      </span>
      <span className={css.line} aria-hidden="true" />
      <input
        type="range"
        dir="ltr"
        min={0}
        max={100}
        value={split}
        aria-label={t('wipe')}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </span>
  );
}

function Shown({ artifact }: { readonly artifact: Artifact }) {
  const t = useTranslations('generate');
  const { pictureUrl } = useActions();
  return (
    <img
      data-zoomed=""
      src={pictureUrl(artifact)}
      alt={t('picture', { seed: String(artifact.seed ?? '') })}
      draggable={false}
    />
  );
}

interface UnderProps extends ComparisonProps {
  readonly view: View;
  readonly onChange: (view: View) => void;
}

/** What sets the two apart, or what to do next. */
function Under({ first, second, view, onChange }: UnderProps) {
  const t = useTranslations('generate');
  const { endCompare } = useActions();
  const differences = second === null ? [] : differencesOf(first.infotext, second.infotext);
  return (
    <figcaption className={easel.under}>
      {second === null ? (
        <b role="status">{t('compareChoose')}</b>
      ) : differences.length === 0 ? (
        <b>{t('compareAlike')}</b>
      ) : (
        <span className={css.differences}>
          {differences.slice(0, shownDifferences).map(({ key, values: [one, other] }) => (
            <span key={key}>
              {key} <b>{one === '' ? '–' : one}</b> | <b>{other === '' ? '–' : other}</b>
            </span>
          ))}
        </span>
      )}
      <span className={easel.grow} />
      <span className={easel.tools}>
        <ZoomTools view={view} onChange={onChange} />
        <Tool label={t('compareEnd')} onPress={endCompare}>
          <X />
        </Tool>
      </span>
    </figcaption>
  );
}
