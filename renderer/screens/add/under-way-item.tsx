import { ChevronRight, X } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { Task } from '../../../core/contract/library/task.ts';
import { useActions } from '../../app-context.tsx';
import { baseName } from '../../format/path.ts';
import type { AddItem } from '../../store/add/add-part.ts';
import { fractionOf, type ItemProgress, newCandidates } from '../../store/add/add-plan.ts';
import { Tool } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/display/health-glyph.tsx';
import { ProgressRing } from '../../ui/display/progress.tsx';

import { useWords } from '../../ui/use-words.ts';
import css from './under-way-item.module.css';
import { useImportRemedy } from './use-import-remedy.ts';

interface UnderWayItemProps {
  readonly item: AddItem;
  readonly progress: ItemProgress;
  /** The import that runs now. */
  readonly task: Task | null;
}

/** Failures that are told; the rest is counted. */
const toldFailures = 3;

/** One thing while it comes in, and what became of it. */
export function UnderWayItem({ item, progress, task }: UnderWayItemProps) {
  const t = useTranslations('add');
  const { closeAdd, showModel, leaveOut } = useActions();
  const { bytes, number, failed: say } = useWords();
  const remedyOf = useImportRemedy();
  const { total, results, phase } = progress;
  const [only] = item.classification?.candidates ?? [];
  const name = item.classification?.candidates.length === 1 ? only?.name : undefined;
  const failed = results.filter(({ status }) => status === 'failed');
  const canceled = results.filter(({ status }) => status === 'canceled').length;
  const made = results.flatMap(({ model_id }) => model_id ?? []);
  const isDegraded = newCandidates(item).some(({ validation_state }) => validation_state === 'degraded');
  const isOut = item.phase === 'refused' || total === 0;
  const health = isOut
    ? item.phase === 'refused'
      ? 'invalid'
      : 'valid'
    : failed.length > 0
      ? 'invalid'
      : made.length === 0
        ? 'offline'
        : isDegraded
          ? 'degraded'
          : 'valid';
  const [first] = made;
  return (
    <div className={css.item}>
      {phase === 'running' && !isOut ? (
        <ProgressRing label={baseName(item.path)} fraction={fraction()} />
      ) : (
        <HealthGlyph state={health} />
      )}
      <b className={css.name} title={item.path}>
        {name ?? baseName(item.path)}
      </b>
      <span className={css.said}>{outcome()}</span>
      {phase === 'ended' && first !== undefined ? (
        <Tool
          label={t('show')}
          onPress={() => {
            closeAdd();
            showModel(first);
          }}
        >
          <ChevronRight />
        </Tool>
      ) : phase !== 'ended' && !isOut && task !== null ? (
        <Tool label={t('leaveOut', { name: name ?? baseName(item.path) })} onPress={() => void leaveOut(item.path)}>
          <X />
        </Tool>
      ) : (
        <span />
      )}
      {failed.slice(0, toldFailures).map(({ path, failure }) => (
        <p key={path} className={css.why}>
          {failure && say(failure)}
          {failure && (
            <span className={css.remedy}>
              {remedyOf(failure.code)} <code>{failure.code}</code>
            </span>
          )}
        </p>
      ))}
      {failed.length > toldFailures && (
        <p className={css.why}>{t('more', { count: number(failed.length - toldFailures) })}</p>
      )}
    </div>
  );

  /** By bytes when it is the one thing that is copied, else by models. */
  function fraction(): number {
    if (task && task.total_bytes > 0 && task.item_count === total) return fractionOf(task);
    return total === 0 ? 0 : results.length / total;
  }

  function outcome(): string {
    if (item.phase === 'refused') return t('refused');
    if (total === 0) return t('knownAll');
    if (phase === 'waiting') return t('waiting');
    if (phase === 'running') {
      if (item.mode !== 'reference' && task && task.total_bytes > 0)
        return t('progressBytes', {
          done: number(results.length),
          count: number(total),
          copied: bytes(task.done_bytes),
          bytes: bytes(task.total_bytes),
        });
      return t('progress', { done: number(results.length), count: number(total) });
    }
    if (failed.length > 0)
      return total === 1 ? t('failed') : t('failedSome', { failed: number(failed.length), count: number(total) });
    if (canceled > 0) return made.length === 0 ? t('canceled') : t('canceledSome', { count: made.length });
    if (total > 1) return t('inMany', { count: made.length });
    if (results[0]?.status === 'already_registered') return t('inAlready');
    return isDegraded ? t('inDegraded') : t('in');
  }
}
