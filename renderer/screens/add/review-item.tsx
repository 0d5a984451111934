import { Copy, FileX, X } from 'lucide-react';
import { memo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { baseName, folderOf } from '../../format/path.ts';
import type { AddItem, Candidate } from '../../store/add/add-part.ts';
import { bytesToAdd, canMove, newCandidates } from '../../store/add/add-plan.ts';
import { Button, Tool } from '../../ui/button.tsx';
import { FindingText } from '../../ui/display/finding-text.tsx';
import { HealthGlyph } from '../../ui/display/health-glyph.tsx';
import { PathText } from '../../ui/display/path-text.tsx';
import { ModelStill } from '../../ui/display/still.tsx';
import { Choice } from '../../ui/fields/choice.tsx';
import { useWords } from '../../ui/use-words.ts';
import { CandidateList } from './candidate-list.tsx';
import css from './review-item.module.css';
import { useImportModes } from './use-import-modes.ts';

/** One thing on its way in: what it is, why, and what would happen. */
export const ReviewItem = memo(function ReviewItem({ item }: { readonly item: AddItem }) {
  const t = useTranslations('add');
  const candidates = item.classification?.candidates ?? [];
  const [only] = candidates;
  const title = candidates.length === 1 && only ? only.name : baseName(item.path);
  return (
    <div className={css.item} data-refused={item.phase === 'refused' || undefined}>
      <Face item={item} candidates={candidates} />
      <div>
        <div className={css.title}>{title}</div>
        {item.phase === 'reading' ? (
          <p className={css.why}>{t('reading')}</p>
        ) : item.phase === 'refused' ? (
          <Refusal item={item} candidates={candidates} />
        ) : (
          <What item={item} candidates={candidates} />
        )}
      </div>
      <Deed item={item} title={title} />
    </div>
  );
});

function Face({ item, candidates }: { readonly item: AddItem; readonly candidates: readonly Candidate[] }) {
  const [only] = candidates;
  if (item.phase === 'refused' && candidates.length !== 1)
    return (
      <span className={css.blank}>
        <FileX />
      </span>
    );
  if (!only) return <span className={css.blank} />;
  if (candidates.length < 4) return <ModelStill model={only} size={64} />;
  return (
    <span className={css.stack}>
      {candidates.slice(0, 4).map((candidate) => (
        <ModelStill key={candidate.path} model={candidate} />
      ))}
    </span>
  );
}

function What({ item, candidates }: { readonly item: AddItem; readonly candidates: readonly Candidate[] }) {
  const t = useTranslations();
  const { bytes, family, format, locale } = useWords();
  const [isOpen, setIsOpen] = useState(false);
  const [only] = candidates;
  const kind = item.classification?.kind ?? 'unsupported';
  if (candidates.length === 1 && only) {
    const facts = {
      format: format(kind === 'model_collection' ? only.bundle_format : kind),
      family: family(only.family),
      precision: only.precision,
      size: bytes(only.size_bytes),
    };
    const makesPictures = only.model_type === 'diffusion' || only.model_type === 'checkpoint';
    return (
      <>
        <p className={css.why}>
          {makesPictures ? t('add.what', facts) : t('add.whatTyped', { ...facts, type: t(`type.${only.model_type}`) })}{' '}
          {only.validation_state === 'valid' && t('add.whole')}
        </p>
        {only.already_registered_as !== null ? <Known count={1} /> : <Twin candidate={only} />}
        {only.validation_errors.map((finding) => (
          <p key={`${finding.code}/${finding.path ?? ''}`} className={css.note}>
            <HealthGlyph state={finding.severity === 'error' ? 'invalid' : 'degraded'} />
            <span>
              <FindingText finding={finding} /> {only.validation_state === 'degraded' && t('add.comesDegraded')}{' '}
              <code>{finding.code}</code>
            </span>
          </p>
        ))}
      </>
    );
  }
  const kinds = Map.groupBy(candidates, ({ model_type }) => model_type);
  const known = candidates.filter(({ already_registered_as }) => already_registered_as !== null).length;
  const twins = newCandidates(item).filter(({ duplicates }) => duplicates.length > 0).length;
  const skipped = item.classification?.skipped ?? [];
  const broken = candidates.filter(({ validation_state }) => validation_state === 'invalid').length;
  const words = [...kinds].map(([type, members]) => t(`add.kinds.${type}`, { count: members.length }));
  return (
    <>
      <p className={css.why}>
        {t('add.collection', {
          what: format(kind),
          count: candidates.length,
          kinds: new Intl.ListFormat(locale, { type: 'unit' }).format(words),
          size: bytes(candidates.reduce((sum, { size_bytes }) => sum + size_bytes, 0)),
        })}{' '}
        <button type="button" className={css.fold} aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? t('add.showFewer') : t('add.showAll', { count: candidates.length })}
        </button>
      </p>
      {known > 0 && <Known count={known} />}
      {twins > 0 && (
        <p className={`${css.note} ${css.quiet}`}>
          <Copy />
          <span>{t('add.twins', { count: twins })}</span>
        </p>
      )}
      {broken > 0 && (
        <p className={css.note}>
          <HealthGlyph state="invalid" />
          <span>{t('add.broken', { count: broken })}</span>
        </p>
      )}
      {skipped.length > 0 && (
        <p className={`${css.note} ${css.quiet}`}>
          <FileX />
          <span>{t('add.skipped', { count: skipped.length })}</span>
        </p>
      )}
      {isOpen && <CandidateList candidates={candidates} skipped={skipped} />}
    </>
  );
}

function Known({ count }: { readonly count: number }) {
  const t = useTranslations('add');
  return (
    <p className={`${css.note} ${css.quiet}`}>
      <Copy />
      <span>{t('known', { count })}</span>
    </p>
  );
}

/** The same files lie elsewhere and are in the library from there. */
function Twin({ candidate }: { readonly candidate: Candidate }) {
  const t = useTranslations('add');
  const [id] = candidate.duplicates;
  const name = useApp((state) => (id === undefined ? '' : (state.models[id]?.name ?? id)));
  if (id === undefined) return null;
  return (
    <p className={`${css.note} ${css.quiet}`}>
      <Copy />
      <span>{t('twin', { name })}</span>
    </p>
  );
}

function Refusal({ item, candidates }: { readonly item: AddItem; readonly candidates: readonly Candidate[] }) {
  const { format, failed } = useWords();
  const findings = candidates.flatMap(({ validation_errors }) => validation_errors).slice(0, 4);
  const reasons = item.classification?.reasons ?? [];
  const said = item.problem ? [failed(item.problem)] : reasons;
  return (
    <>
      {item.classification && <p className={css.why}>{format(item.classification.kind)}</p>}
      {findings.map((finding) => (
        <p key={`${finding.code}/${finding.path ?? ''}`} className={css.note}>
          <HealthGlyph state={finding.severity === 'error' ? 'invalid' : 'degraded'} />
          <span>
            <FindingText finding={finding} /> <code>{finding.code}</code>
          </span>
        </p>
      ))}
      {findings.length === 0 &&
        said.map((reason) => (
          <p key={reason} className={css.note}>
            <HealthGlyph state="invalid" />
            <span>
              {reason} {item.problem && <code>{item.problem.code}</code>}
            </span>
          </p>
        ))}
    </>
  );
}

function Deed({ item, title }: { readonly item: AddItem; readonly title: string }) {
  const t = useTranslations('add');
  const { dropItem, reveal, canReveal, setImportMode } = useActions();
  const modes = useImportModes();
  const count = newCandidates(item).length;
  const verdict = item.phase === 'refused' ? t('refused') : item.phase === 'ready' && count === 0 ? t('knownAll') : '';
  const isOpen = item.phase === 'ready' && count > 0;
  return (
    <div className={css.deed}>
      <span className={css.row}>
        {isOpen ? (
          <Choice
            label={t('whatHappens', { name: title })}
            value={item.mode}
            options={canMove(item) ? modes : modes.filter(({ value }) => value !== 'move')}
            onChange={(mode) => setImportMode(item.path, mode)}
          />
        ) : (
          <span className={css.verdict}>{verdict}</span>
        )}
        <Tool label={t('leaveOut', { name: title })} onPress={() => dropItem(item.path)}>
          <X />
        </Tool>
      </span>
      {isOpen && (
        <p className={css.then}>
          <Then item={item} count={count} />
        </p>
      )}
      {item.phase === 'refused' && canReveal && (
        <Button size="small" className={css.reveal} onPress={() => void reveal(item.path)}>
          {t('reveal')}
        </Button>
      )}
    </div>
  );
}

/** What the chosen way means for this item: from where it is used, or what it takes. */
function Then({ item, count }: { readonly item: AddItem; readonly count: number }) {
  const t = useTranslations('add');
  const { bytes, number } = useWords();
  const isMany = (item.classification?.candidates.length ?? 0) > 1;
  const free = item.classification?.free_bytes ?? null;
  const size = bytes(bytesToAdd(item));
  if (item.mode === 'copy') return free === null ? t('copied', { size }) : t('copiedFree', { size, free: bytes(free) });
  const place = <PathText path={isMany ? item.path : folderOf(item.path)} maxCharacters={32} />;
  if (item.mode === 'move')
    return (
      <>
        {t('moved', { size })} {place}
      </>
    );
  return (
    <>
      {isMany ? t('usedCount', { count: number(count) }) : t('usedFrom')} {place}
    </>
  );
}
