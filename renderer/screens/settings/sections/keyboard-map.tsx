import { useTranslations } from 'use-intl';
import { useActions } from '../../../app-context.tsx';
import css from './pref.module.css';

/** Every key of the window, by where it works. */
export function KeyboardMap() {
  const t = useTranslations('keys');
  const { platform } = useActions();
  const isMac = platform === 'darwin';
  const mod = isMac ? '⌘' : 'Ctrl';
  const alt = isMac ? '⌥' : 'Alt';
  const groups = [
    {
      title: t('everywhere'),
      keys: [
        [t('search'), ['/']],
        [t('goModels'), ['G', 'M']],
        [t('goGenerate'), ['G', 'G']],
        [t('goQueue'), ['G', 'Q']],
        [t('goHealth'), ['G', 'H']],
        [t('goMappings'), ['G', 'A']],
        [t('goSettings'), ['G', 'S']],
        [t('back'), ['Esc']],
      ],
    },
    {
      title: t('models'),
      keys: [
        [t('move'), ['←', '↑', '→', '↓']],
        [t('details'), ['↵']],
        [t('generateWith'), ['⇧', '↵']],
      ],
    },
    {
      title: t('generate'),
      keys: [
        [t('generateNow'), [mod, '↵']],
        [t('moveFilm'), ['↑', '↓']],
        [t('cancel'), ['Esc']],
      ],
    },
    {
      title: t('queue'),
      keys: [
        [t('choose'), ['↑', '↓']],
        [t('moveJob'), [alt, '↑', '↓']],
        [t('moveEnds'), [alt, 'Home', 'End']],
        [t('showPictures'), ['↵']],
        [t('runAgain'), ['R']],
        [t('removeJob'), [t('keyDelete')]],
      ],
    },
  ] as const;
  return (
    <div className={css.keys}>
      {groups.map(({ title, keys }) => (
        <div key={title}>
          <h3>{title}</h3>
          <dl>
            {keys.map(([what, pressed]) => (
              <div key={what} className={css.key}>
                <dt>{what}</dt>
                <dd dir="ltr">
                  {placed(pressed).map(({ id, key }) => (
                    <kbd key={id}>{key}</kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </div>
  );
}

/** `g` twice is two keys. */
function placed(keys: readonly string[]) {
  return keys.map((key, place) => ({ key, id: `${place} ${key}` }));
}
