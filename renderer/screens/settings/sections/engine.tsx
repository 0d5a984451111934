import { useTranslations } from 'use-intl';
import { ProviderName } from '../../../../core/contract/generate/runner.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { HealthGlyph } from '../../../ui/display/health-glyph.tsx';
import { Choice } from '../../../ui/fields/choice.tsx';
import { useWords } from '../../../ui/use-words.ts';
import css from './pref.module.css';
import { Pref } from './pref.tsx';

/** What the networks run on: the choice, what was found with why the rest was not, and the memory that is held. */
export function Engine() {
  const t = useTranslations('settings');
  const runner = useApp((state) => state.doctor?.runner ?? state.status?.runner ?? null);
  const version = useApp((state) => state.doctor?.onnxruntime_version ?? null);
  if (!runner) return null;
  return (
    <>
      <RunsOn />
      <Providers />
      <LastRun />
      <Pref
        title={t('runner')}
        text={
          runner.kind === 'fake'
            ? t('runnerFake')
            : `${t('runnerOnnx', { version: version ?? '' })} ${t('restarts', { count: runner.restarts })}.`
        }
      />
      <Memory />
    </>
  );
}

function RunsOn() {
  const t = useTranslations('settings');
  const { setOptions } = useActions();
  const { provider } = useWords();
  const chosen = useApp((state) => state.options?.execution_provider ?? null);
  const providers = useApp((state) => state.doctor?.providers);
  const found = (providers ?? []).filter(({ name, usable }) => usable || name === chosen);
  const names = ['auto', ...found.map(({ name }) => name)] as const;
  return (
    <Pref title={t('runsOn')} text={t('runsOnMeans')}>
      <Choice
        size="row"
        label={t('runsOn')}
        value={chosen}
        options={names.map((value) => ({
          value: value as NonNullable<typeof chosen>,
          text: provider(value),
        }))}
        onChange={(value) => void setOptions({ execution_provider: value })}
      />
    </Pref>
  );
}

function Providers() {
  const t = useTranslations('settings');
  const { provider } = useWords();
  const doctor = useApp((state) => state.doctor);
  const isFake = useApp((state) => state.status?.runner.kind === 'fake');
  if (!doctor) return isFake ? null : <Looking />;
  if (doctor.providers.length === 0) return null;
  return (
    <ul className={css.list} aria-label={t('found')}>
      {doctor.providers.map(({ name, usable, reason }) => {
        const isInUse = doctor.runner.provider === name;
        return (
          <li key={name} className={css.provider}>
            <HealthGlyph state={usable ? 'valid' : 'offline'} />
            <b>{provider(name)}</b>
            <p>{isInUse ? t('inUse') : usable ? t('usable') : (reason ?? t('notUsable'))}</p>
            <span>{isInUse && doctor.runner.threads !== null && t('threads', { count: doctor.runner.threads })}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** The places of what is being looked for. */
function Looking() {
  const t = useTranslations('settings');
  const { provider } = useWords();
  return (
    <ul className={css.list} aria-label={t('found')} aria-busy="true">
      {ProviderName.exclude(['auto']).options.map((name) => (
        <li key={name} className={css.provider}>
          <HealthGlyph state="offline" />
          <b>{provider(name)}</b>
          <p>{t('looking')}</p>
        </li>
      ))}
    </ul>
  );
}

/** Why the last run was on what it was on. The reasons are the runner's own. */
function LastRun() {
  const t = useTranslations('settings');
  const { provider } = useWords();
  const runner = useApp((state) => state.status?.runner ?? null);
  if (runner?.provider == null || runner.provider_note == null) return null;
  return <Pref title={t('lastRun', { provider: provider(runner.provider) })} text={runner.provider_note} />;
}

function Memory() {
  const t = useTranslations('settings');
  const { bytes } = useWords();
  const { unloadModel } = useActions();
  const runner = useApp((state) => state.status?.runner ?? null);
  const loaded = useApp((state) =>
    runner?.loaded_model_id ? (state.models[runner.loaded_model_id]?.name ?? runner.loaded_model_id) : null,
  );
  if (!runner) return null;
  return (
    <Pref
      title={t('memory')}
      text={
        loaded === null
          ? t('memoryNone')
          : runner.memory_bytes === null
            ? t('memoryHolds', { model: loaded })
            : t('memoryHoldsSize', { model: loaded, size: bytes(runner.memory_bytes) })
      }
    >
      <Button isDisabled={loaded === null} onPress={() => void unloadModel()}>
        {t('unload')}
      </Button>
    </Pref>
  );
}
