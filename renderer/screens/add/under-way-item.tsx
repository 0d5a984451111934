import { ChevronRight } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useActions } from '../../app-context.tsx';
import { baseName } from '../../format/path.ts';
import { newCandidates } from '../../store/selectors.ts';
import type { AddItem } from '../../store/state.ts';
import { Tool } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/health-glyph.tsx';
import { ProgressRing } from '../../ui/progress.tsx';
import { useWords } from '../../ui/use-words.ts';
import css from './under-way-item.module.css';

/** One thing while it is registered, and what became of it. */
export function UnderWayItem({ item }: { readonly item: AddItem }) {
  const t = useTranslations('add');
  const { closeAdd, showModel } = useActions();
  const { number } = useWords();
  const total = newCandidates(item).length;
  const name = item.classification?.candidates.length === 1 ? item.classification.candidates[0]?.name : undefined;
  const failed = item.results.filter(({ problem }) => problem !== null);
  const made = item.results.flatMap(({ registration }) => registration ?? []);
  const isDegraded = item.results.some(({ validationState }) => validationState === 'degraded');
  const health = failed.length > 0 || item.phase === 'refused' ? 'invalid' : isDegraded ? 'degraded' : 'valid';
  const [first] = made;
  return (
    <li className={css.item}>
      {item.phase === 'registering' ? (
        <ProgressRing label={baseName(item.path)} fraction={total === 0 ? 0 : item.results.length / total} />
      ) : (
        <HealthGlyph state={item.phase === 'ready' ? 'offline' : health} />
      )}
      <b className={css.name} title={item.path}>
        {name ?? baseName(item.path)}
      </b>
      <span className={css.said}>{outcome()}</span>
      {item.phase === 'done' && first ? (
        <Tool
          label={t('show')}
          onPress={() => {
            closeAdd();
            showModel(first.model_id);
          }}
        >
          <ChevronRight />
        </Tool>
      ) : (
        <span />
      )}
      {failed.slice(0, 3).map(({ path, problem }) => (
        <p key={path} className={css.why}>
          {problem?.message ?? problem?.code}
        </p>
      ))}
    </li>
  );

  function outcome(): string {
    if (item.phase === 'refused') return t('refused');
    if (item.phase === 'ready') return total === 0 ? t('knownAll') : t('waiting');
    if (item.phase === 'registering') return t('progress', { done: number(item.results.length), count: number(total) });
    if (failed.length > 0)
      return total === 1 ? t('failed') : t('failedSome', { failed: number(failed.length), count: number(total) });
    if (total > 1) return t('inMany', { count: made.length });
    if (made[0]?.status === 'already_registered') return t('inAlready');
    return isDegraded ? t('inDegraded') : t('in');
  }
}
