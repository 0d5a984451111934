import { Copy, FolderOpen } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import type { DoctorReport, Theme } from '../../store/state.ts';
import { Tool } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { HealthGlyph } from '../../ui/health-glyph.tsx';
import { PathText } from '../../ui/path-text.tsx';
import list from '../list-screen.module.css';
import css from './settings-screen.module.css';

export function SettingsScreen() {
  const t = useTranslations('settings');
  const { navigate } = useActions();
  const doctor = useApp((state) => state.doctor);
  const isReady = useApp((state) => state.isReady);
  useEffect(() => {
    if (isReady && doctor === null) navigate('settings');
  }, [isReady, doctor, navigate]);
  return (
    <section className={list.content}>
      <div className={list.head}>
        <h1>{t('title')}</h1>
      </div>
      <div className={list.scroll}>
        <div className={css.prefs}>
          <Appearance />
          <Folders logPath={doctor?.log_path ?? null} />
          {doctor && <Engine doctor={doctor} />}
          <Keyboard />
          {doctor && (
            <Section title={t('about')}>
              <Pref
                title={t('version')}
                text={t('versionValue', {
                  version: doctor.version,
                  node: doctor.node_version,
                  platform: doctor.platform,
                })}
              />
            </Section>
          )}
        </div>
      </div>
    </section>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <>
      <h2 className={css.section}>{title}</h2>
      {children}
    </>
  );
}

interface PrefProps {
  readonly title: string;
  readonly text?: string;
  readonly children?: ReactNode;
}

function Pref({ title, text, children }: PrefProps) {
  return (
    <div className={css.pref}>
      <div>
        <b>{title}</b>
        {text !== undefined && <p>{text}</p>}
      </div>
      <div className={css.control}>{children}</div>
    </div>
  );
}

const themes = ['system', 'light', 'dark'] as const satisfies readonly Theme[];

function Appearance() {
  const t = useTranslations('settings');
  const { setTheme } = useActions();
  const theme = useApp((state) => state.theme);
  return (
    <Section title={t('appearance')}>
      <Pref title={t('theme')}>
        <Choice
          size="row"
          label={t('theme')}
          value={theme}
          options={themes.map((value) => ({ value, text: t(value) }))}
          onChange={setTheme}
        />
      </Pref>
    </Section>
  );
}

function Folders({ logPath }: { readonly logPath: string | null }) {
  const t = useTranslations('settings');
  const status = useApp((state) => state.status);
  if (!status) return null;
  return (
    <Section title={t('folders')}>
      <Pref title={t('library')} text={t('libraryMeans')}>
        <Place path={status.library_path} />
      </Pref>
      <Pref title={t('data')} text={t('dataMeans')}>
        <Place path={status.data_path} />
      </Pref>
      {logPath !== null && (
        <Pref title={t('log')} text={t('logMeans')}>
          <Place path={logPath} />
        </Pref>
      )}
    </Section>
  );
}

function Place({ path }: { readonly path: string }) {
  const t = useTranslations('details');
  const { canReveal, reveal, copyText } = useActions();
  return (
    <>
      <PathText path={path} maxCharacters={36} />
      {canReveal && (
        <Tool label={t('reveal')} onPress={() => void reveal(path)}>
          <FolderOpen />
        </Tool>
      )}
      <Tool label={t('copyPath')} onPress={() => void copyText(path, t('copiedPath'))}>
        <Copy />
      </Tool>
    </>
  );
}

function Engine({ doctor }: { readonly doctor: DoctorReport }) {
  const t = useTranslations('settings');
  const { runner } = doctor;
  return (
    <Section title={t('engine')}>
      <Pref
        title={t('runner')}
        text={
          runner.kind === 'fake'
            ? t('runnerFake')
            : `${t('runnerOnnx', { version: doctor.onnxruntime_version ?? '' })} ${t('restarts', { count: runner.restarts })}.`
        }
      />
      <ul className={css.providers}>
        {doctor.providers.map(({ name, usable, reason }) => {
          const isInUse = runner.provider === name;
          return (
            <li key={name}>
              <HealthGlyph state={usable ? 'valid' : 'offline'} />
              <b>{name.toUpperCase()}</b>
              <span>{isInUse ? t('inUse') : usable ? t('usable') : (reason ?? t('notUsable'))}</span>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

function Keyboard() {
  const t = useTranslations('settings');
  const { platform } = useActions();
  const mod = platform === 'darwin' ? '⌘' : 'Ctrl';
  const keys: readonly (readonly [string, string])[] = [
    [t('keySearch'), '/'],
    [t('keyGo'), 'g  m  g  q  h  s'],
    [t('keyGenerate'), `${mod} ↵`],
    [t('keyMove'), '← ↑ → ↓'],
    [t('keyBack'), 'Esc'],
  ];
  return (
    <Section title={t('keyboard')}>
      {keys.map(([title, key]) => (
        <Pref key={title} title={title}>
          <kbd>{key}</kbd>
        </Pref>
      ))}
    </Section>
  );
}
