import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight, Link, Minus, TriangleAlert, Unlink } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useRef } from 'react';
import { useTranslations } from 'use-intl';
import type { MappingAction, MappingActionKind } from '../../../../core/contract/mapping/mapping.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { type PlanRow, placeOf, planRows } from '../../../store/mappings/plan-rows.ts';
import text from '../../../styles/text.module.css';
import { Button } from '../../../ui/button.tsx';
import { PathLine } from '../../../ui/display/path-text.tsx';
import { ModelStill } from '../../../ui/display/still.tsx';
import { useWords } from '../../../ui/use-words.ts';
import css from './plan-table.module.css';

const heights = { group: 42, action: 32, more: 32 } as const;
const headHeight = 32;

function gridProps(activeId: string | null) {
  return { role: 'grid', tabIndex: 0, ...(activeId !== null && { 'aria-activedescendant': activeId }) } as const;
}

/** A plan line by line, by what happens. A grid with one tab stop; a group opens with its button, or with the arrow of its side. */
export function PlanTable() {
  const t = useTranslations('mappings');
  const { pickMapped, togglePlanGroup, readActions, showModel } = useActions();
  const view = useApp((state) => state.planView);
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => (view ? planRows(view) : null), [view]);
  const getItemKey = useCallback(
    (index: number) => {
      const row = rows?.at(index);
      if (row?.kind === 'action') return row.action?.model_id ?? `${row.group} ${row.index}`;
      return `${row?.kind} ${row?.group}`;
    },
    [rows],
  );
  const virtual = useVirtualizer({
    count: rows?.count ?? 0,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => heights[rows?.at(index)?.kind ?? 'action'],
    getItemKey,
    overscan: 10,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    scrollPaddingEnd: 12,
  });
  const visible = virtual.getVirtualItems();
  const unread = visible
    .map(({ index }) => rows?.at(index))
    .findLast((row) => row?.kind === 'action' && row.action === null);
  const unreadGroup = unread?.kind === 'action' ? unread.group : null;
  const unreadIndex = unread?.kind === 'action' ? unread.index : -1;
  useEffect(() => {
    if (unreadGroup !== null) void readActions(unreadGroup, unreadIndex);
  }, [unreadGroup, unreadIndex, readActions]);
  if (!view || !rows) return null;

  const { pickedId, plan } = view;
  const pickedIndex = pickedId === null ? -1 : rows.indexOf(pickedId);
  const pick = (found: ReturnType<typeof rows.actionFrom>) => {
    if (!found) return;
    void pickMapped(found.action.model_id);
    virtual.scrollToIndex(found.index);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const picked = rows.at(pickedIndex);
    const isOpen = picked?.kind === 'action' && view.openGroups.includes(picked.group);
    const isRtl = document.documentElement.dir === 'rtl';
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => pick(rows.actionFrom(pickedIndex + 1, 1)),
      ArrowUp: () => pick(rows.actionFrom(pickedIndex - 1, -1)),
      Home: () => pick(rows.actionFrom(0, 1)),
      End: () => pick(rows.actionFrom(rows.count - 1, -1)),
      [isRtl ? 'ArrowLeft' : 'ArrowRight']: () => picked && !isOpen && togglePlanGroup(picked.group),
      [isRtl ? 'ArrowRight' : 'ArrowLeft']: () => picked && isOpen && togglePlanGroup(picked.group),
      Enter: () => pickedId !== null && showModel(pickedId),
    };
    const act = event.target === event.currentTarget ? acts[event.key] : undefined;
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };
  return (
    <div ref={scroll} className={css.scroll}>
      <table
        {...gridProps(pickedIndex >= 0 ? `plan-${pickedIndex}` : null)}
        className={css.table}
        aria-label={t('table')}
        aria-rowcount={rows.count + 1}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const row = event.target instanceof Element ? event.target.closest('[data-model-id]') : null;
          const id = row?.getAttribute('data-model-id');
          if (id) void pickMapped(id);
        }}
      >
        <thead>
          <tr className={css.head} aria-rowindex={1}>
            <th>{t('what')}</th>
            <th>{t('model')}</th>
            <th>{t('where', { app: plan.label })}</th>
            <th className={css.end}>{t('size')}</th>
          </tr>
        </thead>
        <tbody style={{ height: virtual.getTotalSize() }}>
          {visible.map((item) => {
            const row = rows.at(item.index);
            if (!row) return null;
            const place = { index: item.index, start: item.start - headHeight };
            if (row.kind === 'group') return <GroupRow key={item.key} row={row} {...place} />;
            if (row.kind === 'more') return <MoreRow key={item.key} row={row} {...place} />;
            return (
              <ActionRow
                key={item.key}
                group={row.group}
                action={row.action}
                isPicked={row.action !== null && row.action.model_id === pickedId}
                {...place}
              />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface Placed {
  readonly index: number;
  /** From the top of the body, in px. */
  readonly start: number;
}

function GroupRow({ row, index, start }: Placed & { readonly row: Extract<PlanRow, { kind: 'group' }> }) {
  const t = useTranslations('mappings');
  const { number, bytes } = useWords();
  const { togglePlanGroup, nameOtherwise } = useActions();
  const otherNames = useApp((state) => state.planView?.plan.summary.other_names ?? 0);
  const sizeBytes = useApp((state) => state.planView?.plan.summary.size_bytes ?? 0);
  return (
    <tr className={css.group} aria-rowindex={index + 2} style={{ transform: `translateY(${start}px)` }}>
      <th colSpan={4} scope="colgroup">
        <button type="button" aria-expanded={row.isOpen} onClick={() => togglePlanGroup(row.group)}>
          <ChevronRight />
          {t(`group_${row.group}`)} <span>{number(row.total)}</span>
        </button>
        {row.group === 'conflict' && otherNames > 0 && (
          <Button kind="plain" size="small" onPress={() => nameOtherwise('all')}>
            {t('otherNamesAll', { count: otherNames })}
          </Button>
        )}
        <span>{row.group === 'create' ? t('withoutSpace', { size: bytes(sizeBytes) }) : t(`means_${row.group}`)}</span>
      </th>
    </tr>
  );
}

function MoreRow({ row, index, start }: Placed & { readonly row: Extract<PlanRow, { kind: 'more' }> }) {
  const t = useTranslations('mappings');
  const { number } = useWords();
  const { togglePlanGroup } = useActions();
  return (
    <tr className={css.more} aria-rowindex={index + 2} style={{ transform: `translateY(${start}px)` }}>
      <td colSpan={4}>
        <button type="button" onClick={() => togglePlanGroup(row.group)}>
          {t(`more_${row.group}`, { count: number(row.count) })}
        </button>
      </td>
    </tr>
  );
}

const icons: Readonly<Record<MappingActionKind, ReactNode>> = {
  create: <Link />,
  keep: <Link />,
  conflict: <TriangleAlert />,
  broken: <Unlink />,
  exclude: <Minus />,
};

interface ActionRowProps extends Placed {
  readonly group: MappingActionKind;
  readonly action: MappingAction | null;
  readonly isPicked: boolean;
}

function ActionRow({ group, action, isPicked, index, start }: ActionRowProps) {
  const t = useTranslations('mappings');
  const { bytes, exactBytes } = useWords();
  const { showModel, nameOtherwise } = useActions();
  const model = useApp((state) => (action === null ? undefined : state.models[action.model_id]));
  const root = useApp((state) => state.planView?.plan.root ?? '');
  const place = { transform: `translateY(${start}px)` };
  if (action === null) return <tr className={css.unread} aria-rowindex={index + 2} style={place} />;
  const name = model?.name ?? action.model_id.split('/').at(-1) ?? action.model_id;
  const at = placeOf(root, action.target);
  const showsPlace = group === 'create' || group === 'keep';
  return (
    <tr
      id={`plan-${index}`}
      className={css.row}
      aria-selected={isPicked}
      aria-rowindex={index + 2}
      data-model-id={action.model_id}
      style={place}
    >
      <td className={css.act} data-act={group}>
        {icons[group]}
        {t(action.reason_code === 'model_gone' ? 'act_remove' : `act_${group}`)}
      </td>
      <td className={css.model} title={name}>
        {model && <ModelStill model={model} size={20} />}
        <b>{name}</b>
      </td>
      <td className={css.where}>
        {showsPlace && at ? (
          <bdi
            dir="ltr"
            className={text.path}
            title={action.reason_code === 'other_name' ? action.reason : (action.target ?? undefined)}
          >
            {at.path === '' ? at.name : `${at.path}/${at.name}`}
          </bdi>
        ) : (
          <span className={css.reason} title={action.reason}>
            <span>{t(`reason.${action.reason_code}`)}</span>
            {action.reason_code === 'external_reference' && <PathLine path={action.source} />}
          </span>
        )}
      </td>
      <td className={css.end} title={exactBytes(action.size_bytes)}>
        {action.reason_code === 'not_valid' ? (
          <Button kind="plain" size="small" onPress={() => showModel(action.model_id)}>
            {t('seeFinding')}
          </Button>
        ) : action.other_target !== null ? (
          <Button
            kind="plain"
            size="small"
            label={t('otherNameOf', { name })}
            onPress={() => nameOtherwise(action.model_id)}
          >
            {t('otherName')}
          </Button>
        ) : (
          group !== 'exclude' && <bdi dir="ltr">{bytes(action.size_bytes)}</bdi>
        )}
      </td>
    </tr>
  );
}
