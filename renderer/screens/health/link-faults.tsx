import { useTranslations } from 'use-intl';
import { useActions, useApp } from '../../app-context.tsx';
import { Button } from '../../ui/button.tsx';
import { HealthGlyph } from '../../ui/display/health-glyph.tsx';
import { WholePath } from '../../ui/display/path-text.tsx';
import { useWords } from '../../ui/use-words.ts';
import css from './health-screen.module.css';

const shownLinks = 4;

/** Links in other apps that do not lead to their models, an app's folder at a time. */
export function LinkFaults() {
  const t = useTranslations('healthScreen');
  const { number } = useWords();
  const { mendLinks } = useActions();
  const faults = useApp((state) => state.linkCheck?.faults);
  const groups = [...Map.groupBy(faults ?? [], ({ app, root }) => `${app} ${root}`)];
  return groups.map(([key, own]) => {
    const [first] = own;
    if (!first) return null;
    return (
      <li key={key} className={css.cause}>
        <span className={css.glyph}>
          <HealthGlyph state="degraded" />
        </span>
        <div>
          <h2 className={css.title}>
            {t('linksTitle', { app: first.label })}
            <span className={css.count}>{t('links', { count: own.length })}</span>
          </h2>
          <p className={css.means}>{t('linksMean')}</p>
        </div>
        {own.some(({ remedy }) => remedy === 'relink') && (
          <div className={css.deed}>
            <Button size="small" onPress={() => mendLinks(first.app, first.root)}>
              {t('relink')}
            </Button>
          </div>
        )}
        <ul className={css.who}>
          {own.slice(0, shownLinks).map(({ target, message }) => (
            <li key={target} className={css.link}>
              <WholePath path={target} />
              <p>{message}</p>
            </li>
          ))}
          {own.length > shownLinks && (
            <li className={css.more}>{t('more', { count: number(own.length - shownLinks) })}</li>
          )}
        </ul>
      </li>
    );
  });
}
