import { type Problem, problemOf } from './problem.ts';
import type { AppState, NoticeText } from './state.ts';
import type { AppStore } from './store.ts';

/** What every group of actions needs to tell the person how something went. */
export interface Doors {
  readonly tell: (notice: NoticeText) => void;
  /** Runs what may fail with nothing but a notice to show for it. Null when it failed. */
  readonly attempt: <Result>(act: () => Promise<Result>) => Promise<Result | null>;
  readonly patch: (make: (state: AppState) => Partial<AppState>) => void;
}

export function openDoors({ setState }: AppStore): Doors {
  let noticeId = 0;
  const tell = (notice: NoticeText) => {
    noticeId += 1;
    setState({ notice: { ...notice, id: noticeId } });
  };
  return {
    tell,
    patch: (make) => setState(make),
    async attempt(act) {
      try {
        return await act();
      } catch (error) {
        tell(noticeOf(problemOf(error)));
        return null;
      }
    },
  };
}

export function noticeOf(problem: Problem): NoticeText {
  return { kind: 'problem', problem };
}
