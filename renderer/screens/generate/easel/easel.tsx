import { useShallow } from 'zustand/shallow';
import { useApp } from '../../../app-context.tsx';
import { draftModel, easelOf } from '../../../store/selectors.ts';
import { FailurePanel } from '../failure-panel.tsx';
import { Comparison } from './comparison.tsx';
import css from './easel.module.css';
import { Forming, Waiting } from './forming.tsx';
import { NoModel, Opening } from './opening.tsx';
import { Picture } from './picture.tsx';

/** The picture takes the room that prompt and caption leave, in its own shape. */
export function Easel() {
  const easel = useApp(useShallow(easelOf));
  const model = useApp(draftModel);
  const isReady = useApp((state) => state.isReady);
  const isComparing = useApp((state) => state.comparing !== null);
  const second = useApp((state) => state.pictures.find(({ id }) => id === state.comparing?.pictureId) ?? null);
  return (
    <div className={css.easel}>
      {easel.kind === 'forming' && <Forming job={easel.job} preview={easel.preview} />}
      {easel.kind === 'waiting' && <Waiting job={easel.job} />}
      {easel.kind === 'picture' &&
        (isComparing ? (
          <Comparison key={easel.artifact.id} first={easel.artifact} second={second} />
        ) : (
          <Picture key={`${easel.artifact.width}x${easel.artifact.height}`} artifact={easel.artifact} job={easel.job} />
        ))}
      {easel.kind === 'failed' && (
        <div className={css.failure}>
          <FailurePanel job={easel.job} />
        </div>
      )}
      {easel.kind === 'empty' && isReady && (model ? <Opening model={model} /> : <NoModel />)}
    </div>
  );
}
