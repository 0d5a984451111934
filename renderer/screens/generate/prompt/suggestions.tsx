import { Shuffle } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Dialog, DialogTrigger, Popover } from 'react-aria-components/Popover';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import { useActions, useApp } from '../../../app-context.tsx';
import { draftModel, examplesOf } from '../../../store/selectors.ts';
import { PickButton, Tool } from '../../../ui/button.tsx';
import css from './suggestions.module.css';

/** For an empty prompt, which is allowed: one to take, and the next one. */
export function Suggestion() {
  const t = useTranslations('generate');
  const { setDraft } = useActions();
  const examples = useApp(useShallow(examplesOf));
  const [at, setAt] = useState(0);
  const example = examples[at % Math.max(1, examples.length)];
  if (example === undefined) return null;
  return (
    <span className={css.suggestion}>
      <Button className={css.take ?? ''} onPress={() => setDraft({ prompt: example })}>
        {t('try')} <b>{example}</b>
      </Button>
      {examples.length > 1 && (
        <Tool label={t('tryAnother')} onPress={() => setAt(at + 1)}>
          <Shuffle />
        </Tool>
      )}
    </span>
  );
}

/** The words that the starter model knows, to be put into the prompt one by one. Other models know too many to be listed. */
export function Vocabulary() {
  const t = useTranslations('generate');
  const { setDraft } = useActions();
  const prompt = useApp((state) => state.draft.prompt);
  const groups = useApp((state) =>
    draftModel(state)?.model_id === state.status?.starter_model_id ? (state.starterPrompts?.suggestions ?? null) : null,
  );
  if (groups === null || groups.length === 0) return null;
  const add = (word: string) => setDraft({ prompt: prompt.trim() === '' ? word : `${prompt.trimEnd()} ${word}` });
  return (
    <DialogTrigger>
      <PickButton>{t('words')}</PickButton>
      <Popover className={css.float ?? ''} placement="top start" offset={8}>
        <Dialog className={css.words ?? ''} aria-label={t('words')}>
          {groups.map(({ group, words }) => (
            <section key={group}>
              <h3>{group}</h3>
              <div className={css.group}>
                {words.map((word) => (
                  <Button key={word} className={css.word ?? ''} onPress={() => add(word)}>
                    {word}
                  </Button>
                ))}
              </div>
            </section>
          ))}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
