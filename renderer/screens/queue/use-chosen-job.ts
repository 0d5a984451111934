import { useApp } from '../../app-context.tsx';
import { roomForPane, useMedia } from '../../ui/use-media.ts';

/** The job that was chosen, else, where the pane has its own place, the one that matters most. */
export function useChosenJobId(): string | null {
  const hasRoom = useMedia(roomForPane);
  return useApp(({ selectedJobId, line, history }) => {
    if (selectedJobId !== null || !hasRoom) return selectedJobId;
    return line?.running_job_id ?? line?.waiting[0] ?? history.ids[0] ?? null;
  });
}
