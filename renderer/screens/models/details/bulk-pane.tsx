import { Check, Plus, RefreshCw, Star, StarOff, Trash2, X } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import { useActions, useApp } from '../../../app-context.tsx';
import type { Bulk } from '../../../store/models/models-part.ts';
import { healthOf } from '../../../store/selectors.ts';
import { Button, Tool } from '../../../ui/button.tsx';
import { HealthGlyph } from '../../../ui/display/health-glyph.tsx';
import { ProgressLine } from '../../../ui/display/progress.tsx';
import { ModelStill } from '../../../ui/display/still.tsx';
import { useWords } from '../../../ui/use-words.ts';
import { SidePane } from '../../side-pane.tsx';
import css from './bulk-pane.module.css';
import pane from './details-pane.module.css';

const shownFaces = 9;
const shownFailures = 20;

/** What can be done to all that are picked, in the place of one model's details. */
export function BulkPane() {
  const t = useTranslations('bulk');
  const { pickNone } = useActions();
  const { number, bytes } = useWords();
  const pickedIds = useApp((state) => state.pickedIds);
  const ids = useMemo(() => [...pickedIds], [pickedIds]);
  const known = useApp(useShallow((state) => ids.flatMap((id) => state.models[id] ?? [])));
  const isAllKnown = known.length === ids.length;
  const bulk = useApp((state) => state.bulk);
  return (
    <SidePane label={t('label')}>
      <div className={css.faces} aria-hidden="true">
        {known.slice(0, shownFaces).map((model) => (
          <ModelStill key={model.model_id} model={model} />
        ))}
      </div>
      <div className={pane.title}>
        <h2>{t('title', { count: number(ids.length) })}</h2>
        <span className={pane.tools}>
          <Tool label={t('none')} onPress={pickNone}>
            <X />
          </Tool>
        </span>
      </div>
      <p className={css.size}>{isAllKnown && bytes(known.reduce((sum, { size_bytes }) => sum + size_bytes, 0))}</p>
      {bulk ? <Progress bulk={bulk} /> : <Acts ids={ids} />}
      <Shared ids={ids} />
      {isAllKnown && <Troubled count={known.filter((model) => healthOf(model) !== 'valid').length} />}
    </SidePane>
  );
}

function Acts({ ids }: { readonly ids: readonly string[] }) {
  const t = useTranslations('bulk');
  const { favouriteAll, checkMany, acceptAll, askToRemove } = useActions();
  return (
    <div className={css.acts}>
      <Button onPress={() => void favouriteAll(ids, true)}>
        <Star />
        {t('favourite')}
      </Button>
      <Button onPress={() => void favouriteAll(ids, false)}>
        <StarOff />
        {t('unfavourite')}
      </Button>
      <Button onPress={() => void checkMany(ids)}>
        <RefreshCw />
        {t('check')}
      </Button>
      <Button onPress={() => void acceptAll(ids)}>
        <Check />
        {t('accept')}
      </Button>
      <Button kind="danger" onPress={() => askToRemove(ids)}>
        <Trash2 />
        {t('remove')}
      </Button>
    </div>
  );
}

/** Tags of those that are picked: a press takes one off all of them, the field puts one on. */
function Shared({ ids }: { readonly ids: readonly string[] }) {
  const t = useTranslations('bulk');
  const { tagAll, untagAll } = useActions();
  const [fresh, setFresh] = useState('');
  const tags = useApp(
    useShallow((state) => [...new Set(ids.slice(0, 500).flatMap((id) => state.models[id]?.tags ?? []))].slice(0, 40)),
  );
  const isBusy = useApp((state) => state.bulk?.phase === 'running');
  return (
    <form
      className={css.tags}
      onSubmit={(event) => {
        event.preventDefault();
        const tag = fresh.trim();
        setFresh('');
        if (tag !== '' && !isBusy) void tagAll(ids, tag);
      }}
    >
      <span className={pane.label}>{t('tags')}</span>
      <span className={css.field}>
        <input
          aria-label={t('addTag')}
          placeholder={t('addTag')}
          value={fresh}
          maxLength={100}
          autoComplete="off"
          onChange={(event) => setFresh(event.target.value)}
        />
        <button type="submit" aria-label={t('addTag')} disabled={fresh.trim() === '' || isBusy}>
          <Plus />
        </button>
      </span>
      <span className={css.words}>
        {tags.map((tag) => (
          <button
            key={tag}
            type="button"
            className={css.tag}
            disabled={isBusy}
            aria-label={t('dropTag', { tag })}
            onClick={() => void untagAll(ids, tag)}
          >
            {tag}
            <X />
          </button>
        ))}
      </span>
    </form>
  );
}

function Troubled({ count }: { readonly count: number }) {
  const t = useTranslations('bulk');
  if (count === 0) return null;
  return (
    <p className={css.troubled}>
      <HealthGlyph state="degraded" />
      {t('troubled', { count })}
    </p>
  );
}

function Progress({ bulk }: { readonly bulk: Bulk }) {
  const t = useTranslations();
  const { cancelBulk, closeBulk } = useActions();
  const { number, failed } = useWords();
  const models = useApp((state) => state.models);
  const counts = { done: number(bulk.done), total: number(bulk.total) };
  return (
    <div className={css.progress} role="status">
      <p>
        {t(`bulk.verb.${bulk.verb}`)} <span>{t('bulk.progress', counts)}</span>
      </p>
      <ProgressLine label={t(`bulk.verb.${bulk.verb}`)} fraction={bulk.done / Math.max(1, bulk.total)} />
      {bulk.failures.length > 0 && (
        <ul className={css.failures}>
          {bulk.failures.slice(0, shownFailures).map(({ modelId, problem }) => (
            <li key={modelId}>
              <b>{models[modelId]?.name ?? modelId}</b>
              {failed(problem)}
            </li>
          ))}
          {bulk.failures.length > shownFailures && (
            <li>{t('bulk.more', { count: number(bulk.failures.length - shownFailures) })}</li>
          )}
        </ul>
      )}
      {bulk.phase === 'running' ? (
        <Button size="small" onPress={cancelBulk}>
          {t('bulk.cancel')}
        </Button>
      ) : (
        <Button size="small" onPress={closeBulk}>
          {t('bulk.close')}
        </Button>
      )}
    </div>
  );
}
