import { useTranslations } from 'use-intl';
import type { UpdateStatus } from '../../../../core/contract/shell/updates.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { HealthGlyph } from '../../../ui/display/health-glyph.tsx';
import { ProgressLine } from '../../../ui/display/progress.tsx';
import { Switch } from '../../../ui/fields/switch.tsx';
import { useWords } from '../../../ui/use-words.ts';
import { Pref, PrefProblem } from './pref.tsx';

/** Whether newer versions of the program are looked for, and how that stands. Only the desktop program has it. */
export function UpdatePrefs() {
  const t = useTranslations('updates');
  const updates = useApp((state) => state.updates);
  const { actOnUpdates } = useActions();
  if (!updates) return null;
  const { has_address, is_on, status } = updates;
  return (
    <>
      <Pref title={t('look')} text={has_address ? t('lookMeans') : t('noAddress')}>
        <Switch
          label={t('look')}
          isOn={is_on}
          isDisabled={!has_address}
          onChange={(isOn) => void actOnUpdates(isOn ? 'on' : 'off')}
        />
      </Pref>
      {is_on && <Standing status={status} />}
    </>
  );
}

function Standing({ status }: { readonly status: UpdateStatus }) {
  const t = useTranslations('updates');
  const { moment, percent } = useWords();
  const { actOnUpdates } = useActions();
  const lookNow = (
    <Button size="small" onPress={() => void actOnUpdates('look')}>
      {t('lookNow')}
    </Button>
  );
  switch (status.kind) {
    case 'idle':
      return (
        <Pref
          title={t('newest')}
          text={status.looked_at === null ? t('notLooked') : t('nothingNewer', { time: moment(status.looked_at) })}
        >
          {lookNow}
        </Pref>
      );
    case 'looking':
      return <Pref title={t('newest')} text={t('looking')} />;
    case 'downloading': {
      const said = t('downloading', { version: status.version, share: percent(status.fraction) });
      return (
        <Pref title={t('newest')} text={said}>
          <ProgressLine label={said} fraction={status.fraction} />
        </Pref>
      );
    }
    case 'ready':
      return <Pref title={t('newest')} text={t('ready', { version: status.version })} />;
    case 'failed':
      return (
        <>
          <Pref title={t('newest')} text={status.detail}>
            {lookNow}
          </Pref>
          <PrefProblem>
            <HealthGlyph state="invalid" />
            {t(`failed_${status.problem}`)}
          </PrefProblem>
        </>
      );
  }
}
