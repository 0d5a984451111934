import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import type { MappingLink } from '../../../../core/contract/mapping/mapping.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { Button } from '../../../ui/button.tsx';
import { HealthGlyph } from '../../../ui/display/health-glyph.tsx';
import { PathText } from '../../../ui/display/path-text.tsx';
import css from './model-links.module.css';

interface ModelLinksProps {
  readonly modelId: string;
  readonly className?: string | undefined;
}

/** Where a model stands in other apps, and the remedy where a link does not lead to it. A broken link is no fault of the model. */
export function ModelLinks({ modelId, className }: ModelLinksProps) {
  const t = useTranslations('mappings');
  const { readModelLinks } = useActions();
  const links = useApp((state) => state.modelLinks[modelId]);
  useEffect(() => void readModelLinks(modelId), [modelId, readModelLinks]);
  if (links === undefined || links.length === 0) return null;
  return (
    <section className={className} aria-label={t('linksOf')}>
      <h3 className={css.title}>{t('linksOf')}</h3>
      <ul className={css.links}>
        {links.map((link) => (
          <li key={link.target}>
            <LinkLine link={link} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function LinkLine({ link: { app, label, root, target, fault, remedy } }: { readonly link: MappingLink }) {
  const t = useTranslations('mappings');
  const { mendLinks } = useActions();
  return (
    <>
      <p className={css.app}>
        <HealthGlyph state={fault === null ? 'valid' : fault === 'unreachable' ? 'offline' : 'degraded'} />
        <b>{label}</b>
      </p>
      <PathText path={target} maxCharacters={34} />
      {fault !== null && <p>{t(`fault_${fault}`)}</p>}
      {remedy === 'relink' && (
        <Button size="small" label={t('relinkNamed', { app: label })} onPress={() => mendLinks(app, root)}>
          {t('relink')}
        </Button>
      )}
    </>
  );
}
