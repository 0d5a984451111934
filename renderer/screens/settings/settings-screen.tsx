import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import list from '../list-screen.module.css';
import { type SectionId, sectionElementId, sectionIds } from './section-ids.ts';
import { About } from './sections/about.tsx';
import { ApiServer } from './sections/api-server.tsx';
import { Appearance } from './sections/appearance.tsx';
import { Engine } from './sections/engine.tsx';
import { Folders } from './sections/folders.tsx';
import { KeyboardMap } from './sections/keyboard-map.tsx';
import { OptionPrefs } from './sections/option-prefs.tsx';
import css from './settings-screen.module.css';
import { useSectionInView } from './use-section-in-view.ts';

const sections: Readonly<Record<SectionId, () => ReactNode>> = {
  folders: Folders,
  engine: Engine,
  generating: () => <OptionPrefs section="generating" />,
  files: () => <OptionPrefs section="files" />,
  queue: () => <OptionPrefs section="queue" />,
  api: ApiServer,
  appearance: Appearance,
  keyboard: KeyboardMap,
  about: About,
};

const patienceMs = 1000;

/** Everything that can be set, on one page; the list beside it says where one is and leads there. */
export function SettingsScreen() {
  const t = useTranslations('settings');
  const { loadSettings } = useActions();
  const isReady = useApp((state) => state.isReady);
  // All at once: a section that came late would push away what one is about to press.
  const isRead = useApp(({ options, server }) => options !== null && server !== null);
  const hasWaited = useHasWaited();
  const scroll = useRef<HTMLDivElement>(null);
  const [current, goTo] = useSectionInView(scroll);
  useEffect(() => {
    if (isReady) void loadSettings();
  }, [isReady, loadSettings]);
  return (
    <section className={list.content}>
      <div className={list.head}>
        <h1>{t('title')}</h1>
      </div>
      <div className={css.page}>
        <nav className={css.nav} aria-label={t('sections')}>
          {sectionIds.map((id) => (
            <button key={id} type="button" aria-current={id === current ? 'true' : undefined} onClick={() => goTo(id)}>
              {t(`section_${id}`)}
            </button>
          ))}
        </nav>
        <div ref={scroll} className={css.scroll}>
          <div className={css.prefs}>
            {(isRead || hasWaited ? sectionIds : []).map((id) => {
              const Body = sections[id];
              return (
                <section
                  key={id}
                  id={sectionElementId(id)}
                  className={css.section}
                  aria-labelledby={`${sectionElementId(id)}-title`}
                >
                  <h2 id={`${sectionElementId(id)}-title`} tabIndex={-1}>
                    {t(`section_${id}`)}
                  </h2>
                  <Body />
                </section>
              );
            })}
          </div>
        </div>
      </div>
    </section>
  );
}

/** Without a core's answer there are still the window's own settings. */
function useHasWaited(): boolean {
  const [hasWaited, setHasWaited] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setHasWaited(true), patienceMs);
    return () => clearTimeout(timer);
  }, []);
  return hasWaited;
}
