import { ChevronDown, Pause, Play } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import { useActions, useApp } from '../../app-context.tsx';
import { Button, EdgeTrigger, PlainTrigger } from '../../ui/button.tsx';
import { Menu } from '../../ui/menu.tsx';

/** What can be done to the queue as a whole, in the bar. */
export function QueueDeeds() {
  const t = useTranslations('queue');
  const { pauseQueue, resumeQueue, askToClear } = useActions();
  const { state, isRunning, waiting, ended } = useApp(
    useShallow(({ line, history }) => ({
      state: line?.state ?? 'running',
      isRunning: line !== null && line.running_job_id !== null,
      waiting: line?.waiting.length ?? 0,
      ended: history.total,
    })),
  );
  return (
    <>
      {(waiting > 0 || ended > 0) && (
        <Menu
          label={t('clear')}
          trigger={
            <PlainTrigger>
              {t('clear')}
              <ChevronDown />
            </PlainTrigger>
          }
          entries={[
            ...(waiting > 0 ? [{ id: 'waiting', text: t('clearWaiting', { count: waiting }) }] : []),
            ...(ended > 0 ? [{ id: 'ended', text: t('clearEnded', { count: ended }) }] : []),
          ]}
          onAction={(id) => askToClear(id === 'waiting' ? 'waiting' : 'ended')}
        />
      )}
      {state !== 'running' ? (
        <Button kind="next" onPress={() => void resumeQueue()}>
          <Play />
          {t('resume')}
        </Button>
      ) : isRunning ? (
        <Menu
          label={t('pause')}
          trigger={
            <EdgeTrigger>
              <Pause />
              {t('pause')}
              <ChevronDown />
            </EdgeTrigger>
          }
          entries={[
            { id: 'picture', text: t('pausePicture') },
            { id: 'job', text: t('pauseJob') },
            { id: 'now', text: t('pauseNow') },
          ]}
          onAction={(id) => void pauseQueue(id === 'now' || id === 'job' ? id : 'picture')}
        />
      ) : (
        <Button onPress={() => void pauseQueue('picture')}>
          <Pause />
          {t('pause')}
        </Button>
      )}
    </>
  );
}
