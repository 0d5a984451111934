import { X } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { MappingApply } from '../../../../core/contract/mapping/mapping.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { Button, Tool } from '../../../ui/button.tsx';
import { HealthGlyph } from '../../../ui/display/health-glyph.tsx';
import { PathText } from '../../../ui/display/path-text.tsx';
import { useWords } from '../../../ui/use-words.ts';
import { SidePane } from '../../side-pane.tsx';
import css from './ledger-pane.module.css';

/** Every apply that was made, with what of it stands and the way back; whether the links still lead to their models. */
export function LedgerPane() {
  const t = useTranslations('mappings');
  const { toggleLedger } = useActions();
  const isOpen = useApp((state) => state.isLedgerOpen);
  const applies = useApp((state) => state.applies);
  if (!isOpen || applies === null) return null;
  return (
    <SidePane label={t('ledger')}>
      <div className={css.head}>
        <h2>{t('ledger')}</h2>
        <Tool label={t('closeLedger')} onPress={toggleLedger}>
          <X />
        </Tool>
      </div>
      <p className={css.text}>{applies.length === 0 ? t('ledgerEmpty') : t('ledgerMeans')}</p>
      {applies.length > 0 && <LinkCheck />}
      <ul>
        {applies.map((apply) => (
          <Apply key={apply.apply_id} apply={apply} />
        ))}
      </ul>
    </SidePane>
  );
}

function Apply({ apply }: { readonly apply: MappingApply }) {
  const t = useTranslations('mappings');
  const { moment, bytes } = useWords();
  const { askToUndo } = useActions();
  const isBusy = useApp((state) => state.mappingTaskId !== null);
  const { label, root, applied_at, state, made, standing, failed, size_bytes } = apply;
  return (
    <li className={css.apply}>
      <div>
        <b>{label}</b>
        <p>{moment(applied_at)}</p>
        <PathText path={root} maxCharacters={34} />
        <p>
          {t('applyMade', { made, failed })}
          {standing > 0 && t('applyStanding', { count: standing, size: bytes(size_bytes) })}
        </p>
        {state !== 'done' && <p className={css.state}>{t(`apply_${state}`)}</p>}
      </div>
      {standing > 0 && (
        <Button
          size="small"
          isDisabled={isBusy}
          label={t('undoNamed', { app: label, date: moment(applied_at) })}
          onPress={() => askToUndo(apply)}
        >
          {t('undo')}
        </Button>
      )}
    </li>
  );
}

function LinkCheck() {
  const t = useTranslations('mappings');
  const { checkLinks, mendLinks } = useActions();
  const check = useApp((state) => state.linkCheck);
  const isChecking = useApp((state) => state.isCheckingLinks);
  const faulty = [...Map.groupBy(check?.faults ?? [], ({ app, root }) => `${app} ${root}`).values()];
  return (
    <div className={css.check}>
      <div className={css.line}>
        <p role="status">
          {check === null ? (
            t('checkMeans')
          ) : (
            <>
              <HealthGlyph state={check.fault_count === 0 ? 'valid' : 'invalid'} />
              {t('checked', { sound: check.sound, faults: check.fault_count })}
            </>
          )}
        </p>
        <Button size="small" isDisabled={isChecking} onPress={() => void checkLinks()}>
          {t(isChecking ? 'checking' : 'check')}
        </Button>
      </div>
      {faulty.map((faults) => {
        const [first] = faults;
        return (
          first && (
            <div key={`${first.app} ${first.root}`} className={css.fault}>
              <p>
                <b>{first.label}</b> {first.message}
                {faults.length > 1 && ` ${t('moreFaults', { count: faults.length - 1 })}`}
              </p>
              {faults.some(({ remedy }) => remedy === 'relink') && (
                <Button size="small" onPress={() => mendLinks(first.app, first.root)}>
                  {t('relink')}
                </Button>
              )}
            </div>
          )
        );
      })}
    </div>
  );
}
