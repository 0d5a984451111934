import { Folder } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { draftModel, whyNotRunnable } from '../../store/selectors.ts';
import { Button } from '../../ui/button.tsx';
import { PathText } from '../../ui/display/path-text.tsx';
import { useWords } from '../../ui/use-words.ts';
import { Mark } from '../frame/edges/mark.tsx';
import { StatusLine } from '../frame/edges/status-line.tsx';
import firstPicture from './first-picture.webp';
import css from './welcome-screen.module.css';

/** What the picture beside it was made from, with seed 5. The starter model reads English, whatever the window speaks. */
const firstPrompt = 'a huge yellow sun over the desert at dawn with a cactus';

/** The first window of a new library: one sentence, one click to a picture. */
export function WelcomeScreen() {
  const t = useTranslations('welcome');
  const { leaveWelcome, navigate, setDraft, generate, chooseLibrary, restart, canPickFolder } = useActions();
  const { bytes } = useWords();
  const libraryPath = useApp((state) => state.status?.library_path ?? '');
  const starter = useApp(draftModel);
  const canRun = starter !== null && whyNotRunnable(starter) === null;
  const open = (screen: 'models' | 'generate') => {
    leaveWelcome();
    navigate(screen);
  };
  return (
    <main className={css.welcome}>
      <section className={css.say}>
        <div className={css.mark}>
          <Mark size={44} />
        </div>
        <h1>{t('title')}</h1>
        <p className={css.lead}>{t('text')}</p>
        <div className={css.where}>
          <span className={css.label}>{t('library')}</span>
          <span className={css.folder}>
            <Folder />
            <PathText path={libraryPath} maxCharacters={48} />
          </span>
          {canPickFolder && (
            <Button
              kind="plain"
              size="small"
              onPress={() => void chooseLibrary().then((chosen) => (chosen ? restart() : null))}
            >
              {t('choose')}
            </Button>
          )}
        </div>
        <div className={css.acts}>
          <Button
            kind="next"
            size="tall"
            isDisabled={!canRun}
            onPress={() => {
              setDraft({ prompt: firstPrompt });
              void generate();
              open('generate');
            }}
          >
            {t('first')}
          </Button>
          <Button kind="plain" size="tall" onPress={() => open('models')}>
            {t('open')}
          </Button>
        </div>
      </section>
      <section className={css.show}>
        <figure>
          <img src={firstPicture} alt={t('caption')} />
          <figcaption>
            {t('caption')}
            {starter && <p className={css.label}>{t('by', { size: bytes(starter.size_bytes) })}</p>}
          </figcaption>
        </figure>
      </section>
      <div className={css.status}>
        <StatusLine />
      </div>
    </main>
  );
}
