import { CircleHelp } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Dialog, DialogTrigger, Popover } from 'react-aria-components/Popover';
import { useTranslations } from 'use-intl';
import { ToolTrigger } from '../../../ui/button.tsx';
import css from './syntax-help.module.css';

/** The marks that a prompt may hold: how one looks, and what a press puts around the selected words. */
const marks = [
  { key: 'more', shown: '(haze:1.2)', before: '(', after: ':1.2)' },
  { key: 'less', shown: '(haze:0.8)', before: '(', after: ':0.8)' },
  { key: 'tenth', shown: '(haze) [haze]', before: '(', after: ')' },
  { key: 'edit', shown: '[dawn:noon:0.5]', before: '[', after: '::0.5]' },
  { key: 'alternate', shown: '[red|blue]', before: '[', after: '|]' },
  { key: 'break', shown: 'BREAK', before: ' BREAK ', after: '' },
  { key: 'and', shown: 'sea AND storm:0.6', before: '', after: ' AND ' },
  { key: 'escape', shown: '\\( \\)', before: '\\(', after: '\\)' },
] as const;

interface SyntaxHelpProps {
  readonly isPlain: boolean;
  readonly onInsert: (before: string, after: string) => void;
}

export function SyntaxHelp({ isPlain, onInsert }: SyntaxHelpProps) {
  const t = useTranslations('syntax');
  const [isOpen, setIsOpen] = useState(false);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
      <ToolTrigger label={t('label')}>
        <CircleHelp />
      </ToolTrigger>
      <Popover className={css.float ?? ''} placement="top start" offset={8}>
        <Dialog className={css.help ?? ''} aria-label={t('label')}>
          <p className={css.lead}>{t(isPlain ? 'plain' : 'lead')}</p>
          {!isPlain && (
            <ul className={css.marks}>
              {marks.map(({ key, shown, before, after }) => (
                <li key={key}>
                  <AriaButton
                    className={css.mark ?? ''}
                    onPress={() => {
                      setIsOpen(false);
                      onInsert(before, after);
                    }}
                  >
                    <bdi dir="ltr">{shown}</bdi>
                    <span>{t(key)}</span>
                  </AriaButton>
                </li>
              ))}
            </ul>
          )}
          {!isPlain && <p className={css.keys}>{t('keys')}</p>}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
