import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { isAbsolutePath } from '../../format/path.ts';
import { Button } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/display/health-glyph.tsx';
import { PathText } from '../../ui/display/path-text.tsx';
import css from './choose-root.module.css';

/** Where the app is: a folder that is named or picked, or one that is found in or below it, with what it was known by. */
export function ChooseRoot({ app }: { readonly app: string }) {
  const t = useTranslations('mappings');
  const { detectApps, chooseMappingRoot, pickPath, canPickFolder } = useActions();
  const label = useApp((state) => state.mappingApps?.find((one) => one.app === app)?.label ?? app);
  const installs = useApp((state) => state.installs);
  const isDetecting = useApp((state) => state.isDetecting);
  const problem = useApp((state) => state.detectProblem);
  const [path, setPath] = useState('');
  const [isWrong, setIsWrong] = useState(false);
  const given = path.trim();
  const look = (where: string) => {
    if (isAbsolutePath(where)) void detectApps(where);
    else setIsWrong(true);
  };
  const isFound = installs?.some(({ root }) => root === given) ?? false;
  return (
    <div className={css.place}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          look(given);
        }}
      >
        <h2>{t('whereTitle', { app: label })}</h2>
        <p className={css.text}>{t('whereText')}</p>
        <div className={css.field}>
          <input
            className={css.input}
            aria-label={t('wherePath')}
            aria-invalid={isWrong}
            placeholder={t('whereHint', { app: label })}
            value={path}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => {
              setPath(event.target.value);
              setIsWrong(false);
            }}
          />
          {canPickFolder && (
            <Button
              onPress={() =>
                void pickPath().then((picked) => {
                  if (picked === null) return;
                  setPath(picked);
                  look(picked);
                })
              }
            >
              {t('pick')}
            </Button>
          )}
          <Button
            kind={installs === null ? 'next' : 'edge'}
            isDisabled={given === '' || isDetecting}
            onPress={() => look(given)}
          >
            {t(isDetecting ? 'looking' : 'look')}
          </Button>
        </div>
        {(isWrong || problem) && (
          <p className={css.wrong} role="alert">
            <HealthGlyph state="invalid" />
            {isWrong ? t('wherePathWrong') : (problem?.message ?? t('unreachable'))}
          </p>
        )}
      </form>
      {installs && (
        <section className={css.found} aria-label={t('found')}>
          <h3>{installs.length === 0 ? t('foundNone') : t('found')}</h3>
          <ul>
            {installs.map((install, index) => (
              <li key={`${install.app} ${install.root}`} className={css.install}>
                <div>
                  <b>{install.label}</b>
                  <PathText path={install.root} maxCharacters={64} />
                  <p>{t('knownBy', { names: install.evidence.join(', ') })}</p>
                </div>
                <Button
                  kind={index === 0 ? 'next' : 'edge'}
                  onPress={() => chooseMappingRoot(install.app, install.root)}
                >
                  {t('usePlace')}
                </Button>
              </li>
            ))}
            {!isFound && isAbsolutePath(given) && (
              <li className={css.install}>
                <div>
                  <b>{t('anyway', { app: label })}</b>
                  <PathText path={given} maxCharacters={64} />
                  <p>{t('anywayMeans', { app: label })}</p>
                </div>
                <Button onPress={() => chooseMappingRoot(app, given)}>{t('usePlace')}</Button>
              </li>
            )}
          </ul>
        </section>
      )}
    </div>
  );
}
