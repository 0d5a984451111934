import { Undo2 } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../../app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { ProgressLine } from '../../../ui/display/progress.tsx';
import { useWords } from '../../../ui/use-words.ts';
import css from './plan-deck.module.css';

/** What the plan comes to, and the button that carries it out; while it runs how far it is, and the way to stop it. */
export function PlanDeck() {
  const isBusy = useApp((state) => state.mappingTaskId !== null);
  return (
    <footer className={css.deck} data-deck>
      {isBusy ? <Underway /> : <Ready />}
    </footer>
  );
}

function Ready() {
  const t = useTranslations('mappings');
  const { day } = useWords();
  const { applyPlan, askToUndo, previewMapping } = useActions();
  const plan = useApp((state) => state.planView?.plan);
  const phase = useApp((state) => state.preview);
  const last = useApp((state) =>
    state.applies?.find(({ app, root, standing }) => app === plan?.app && root === plan.root && standing > 0),
  );
  if (!plan) return null;
  const count = plan.summary.create + plan.summary.broken;
  return (
    <>
      <p className={css.promise}>{t('promise', { app: plan.label })}</p>
      {last && (
        <Button kind="plain" onPress={() => askToUndo(last)}>
          <Undo2 />
          {t('undoLast', { count: last.standing, day: day(last.applied_at) })}
        </Button>
      )}
      {plan.repair_only && (
        <Button kind="plain" onPress={() => void previewMapping()}>
          {t('allModels')}
        </Button>
      )}
      <Button kind="next" isDisabled={count === 0 || phase !== 'ready'} onPress={() => void applyPlan()}>
        {count === 0 ? t('nothingToLink') : t(plan.repair_only ? 'mend' : 'apply', { count })}
      </Button>
    </>
  );
}

function Underway() {
  const t = useTranslations('mappings');
  const { number } = useWords();
  const { cancelMapping } = useActions();
  const task = useApp((state) => (state.mappingTaskId === null ? undefined : state.tasks[state.mappingTaskId]));
  if (!task) return null;
  const { kind, item_index, item_count } = task;
  const said = t(kind === 'mapping_undo' ? 'undoing' : 'linking', {
    done: number(item_index),
    count: number(item_count),
  });
  return (
    <>
      <div className={css.progress}>
        <p role="status">{said}</p>
        <ProgressLine label={said} fraction={item_count === 0 ? 1 : item_index / item_count} />
      </div>
      <Button onPress={() => void cancelMapping()}>{t('cancel')}</Button>
    </>
  );
}
