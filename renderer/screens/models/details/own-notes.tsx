import { X } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Metadata } from '../../../../core/contract/library/metadata.ts';
import type { ModelSummary } from '../../../../core/contract/library/model.ts';
import { useActions } from '../../../app-context.tsx';
import css from './own-notes.module.css';

const maxTagCharacters = 100;
const maxNotesCharacters = 100_000;

/** The tags of a model: a press filters by one, the field adds one. */
export function Tags({ model }: { readonly model: ModelSummary }) {
  const t = useTranslations('details');
  const { edit, setFilter } = useActions();
  const [fresh, setFresh] = useState('');
  const add = () => {
    const tag = fresh.trim();
    setFresh('');
    if (tag !== '' && !model.tags.includes(tag)) void edit(model.model_id, { tags: [...model.tags, tag] });
  };
  return (
    <div className={css.tags}>
      {model.tags.map((tag) => (
        <span key={tag} className={css.tag}>
          <button type="button" className={css.word} title={t('showTag', { tag })} onClick={() => setFilter({ tag })}>
            {tag}
          </button>
          <button
            type="button"
            className={css.drop}
            aria-label={t('dropTag', { tag })}
            onClick={() => void edit(model.model_id, { tags: model.tags.filter((known) => known !== tag) })}
          >
            <X />
          </button>
        </span>
      ))}
      <input
        className={css.fresh}
        aria-label={t('addTag')}
        placeholder={t('addTag')}
        value={fresh}
        maxLength={maxTagCharacters}
        autoComplete="off"
        onChange={(event) => setFresh(event.target.value)}
        onBlur={add}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === ',') {
            event.preventDefault();
            add();
          }
          if (event.key === 'Escape') {
            event.stopPropagation();
            setFresh('');
          }
        }}
      />
    </div>
  );
}

/** Free words about a model, kept when the field is left. */
export function Notes({ record }: { readonly record: Metadata }) {
  const t = useTranslations('details');
  const { edit } = useActions();
  const [text, setText] = useState(record.notes);
  return (
    <label className={css.notes}>
      <span>{t('notes')}</span>
      <textarea
        value={text}
        rows={1}
        placeholder={t('notesHint')}
        maxLength={maxNotesCharacters}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => {
          if (text !== record.notes) void edit(record.model_id, { notes: text });
        }}
      />
    </label>
  );
}
