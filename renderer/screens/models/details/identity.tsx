import { ChevronRight, Copy } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Metadata } from '../../../../core/contract/library/metadata.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { Tool } from '../../../ui/button.tsx';
import { reachable } from '../../../ui/reachable.ts';
import css from './identity.module.css';

/** What programs call the model by, and what a runner is told of it: folded, for the few who need it. */
export function Identity({ record }: { readonly record: Metadata }) {
  const t = useTranslations('details');
  const { copyText } = useActions();
  const { fingerprint, sha256, autov2, autov3 } = record.hashes;
  const rows = [
    [t('id'), record.model_id],
    ['Fingerprint', fingerprint],
    ['SHA-256', sha256],
    ['AutoV2', autov2],
    ['AutoV3', autov3],
  ] as const;
  return (
    <Fold title={t('identity')}>
      <dl className={css.rows}>
        {rows.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name} className={css.row}>
                <dt>{name}</dt>
                <dd title={value}>
                  <bdi dir="ltr">{value}</bdi>
                  <Tool label={t('copyNamed', { name })} onPress={() => void copyText(value, t('copied', { name }))}>
                    <Copy />
                  </Tool>
                </dd>
              </div>
            ),
        )}
      </dl>
    </Fold>
  );
}

/** The execution descriptor, word for word, or why there is none. */
export function Descriptor({ modelId }: { readonly modelId: string }) {
  const t = useTranslations();
  const { describe, copyText } = useActions();
  const descriptor = useApp((state) => state.descriptors[modelId]);
  const text = descriptor?.text ?? '';
  return (
    <Fold title={t('details.descriptor')} onOpen={() => void describe(modelId)}>
      {descriptor?.problem && <p className={css.refusal}>{descriptor.problem.message ?? t('app.unreachable')}</p>}
      {text !== '' && (
        <div className={css.json}>
          <pre {...reachable}>{text}</pre>
          <Tool
            label={t('details.copyNamed', { name: t('details.descriptor') })}
            onPress={() => void copyText(text, t('details.copied', { name: t('details.descriptor') }))}
          >
            <Copy />
          </Tool>
        </div>
      )}
    </Fold>
  );
}

interface FoldProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly onOpen?: () => void;
}

function Fold({ title, children, onOpen }: FoldProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div className={css.fold}>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => {
          if (!isOpen) onOpen?.();
          setIsOpen(!isOpen);
        }}
      >
        <ChevronRight />
        {title}
      </button>
      {isOpen && children}
    </div>
  );
}
