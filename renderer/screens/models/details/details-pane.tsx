import { Copy, Ellipsis, FolderOpen, Star, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Metadata } from '../../../../core/contract/library/metadata.ts';
import type { ModelSummary } from '../../../../core/contract/library/model.ts';
import { useActions, useApp } from '../../../app-context.tsx';
import { healthOf, selectedModel, whyNotRunnable } from '../../../store/selectors.ts';
import { Button, Tool, ToolToggle, ToolTrigger } from '../../../ui/button.tsx';
import { HealthWord } from '../../../ui/display/health-glyph.tsx';
import { PathText } from '../../../ui/display/path-text.tsx';
import { ModelStill, PictureStill } from '../../../ui/display/still.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { useWords } from '../../../ui/use-words.ts';
import { ModelLinks } from '../../mappings/links/model-links.tsx';
import { SidePane } from '../../side-pane.tsx';
import css from './details-pane.module.css';
import { Descriptor, Identity } from './identity.tsx';
import { AcceptedFindings, ModelFindings } from './model-findings.tsx';
import { ModelName } from './model-name.tsx';
import { Notes, Tags } from './own-notes.tsx';

export function DetailsPane() {
  const t = useTranslations('details');
  const model = useApp(selectedModel);
  const record = useApp((state) => (state.selectedId === null ? undefined : state.details[state.selectedId]));
  if (!model) return null;
  const open = record?.validation_errors.filter(({ accepted }) => accepted !== true) ?? [];
  const isTroubled = model.validation_state !== 'valid';
  return (
    <SidePane label={t('label')} key={model.model_id}>
      {isTroubled ? (
        <div className={css.troubled}>
          <ModelStill model={model} size={56} />
          <div>
            <Title model={model} />
          </div>
        </div>
      ) : (
        <>
          <ModelStill model={model} />
          <Title model={model} />
          <Next model={model} />
        </>
      )}
      {record && open.length > 0 && (
        <div className={css.rule}>
          <ModelFindings record={record} findings={open} />
        </div>
      )}
      <Facts model={model} record={record} />
      <Folder path={model.entry_path} />
      <ModelLinks modelId={model.model_id} className={css.rule} />
      <MadeWith modelId={model.model_id} />
      {record && <AcceptedFindings record={record} />}
      <Tags model={model} />
      {record && <Notes record={record} />}
      {record && <Identity record={record} />}
      <Descriptor modelId={model.model_id} />
    </SidePane>
  );
}

function Title({ model }: { readonly model: ModelSummary }) {
  const t = useTranslations('details');
  const { askToRemove, askToRelocate, checkAgain, copyText, closePane, edit } = useActions();
  const [isRenaming, setIsRenaming] = useState(false);
  return (
    <>
      <div className={css.title}>
        <ModelName model={model} isRenaming={isRenaming} onEnd={() => setIsRenaming(false)} />
        <span className={css.tools}>
          <span className={css.star}>
            <ToolToggle
              label={t('favourite')}
              isOn={model.favourite}
              onPress={() => void edit(model.model_id, { favourite: !model.favourite })}
            >
              <Star />
            </ToolToggle>
          </span>
          <Menu
            label={t('more')}
            trigger={
              <ToolTrigger label={t('more')}>
                <Ellipsis />
              </ToolTrigger>
            }
            entries={[
              { id: 'rename', text: t('rename') },
              { id: 'check', text: t('check') },
              ...(model.storage_kind === 'external_reference' ? [{ id: 'relocate', text: t('relocate') }] : []),
              { id: 'copy', text: t('copyId') },
              ...(model.preview === null ? [] : [{ id: 'pattern', text: t('dropPreview') }]),
              { id: 'remove', text: t('remove'), kind: 'danger', isApart: true },
            ]}
            onAction={(id) => {
              if (id === 'rename') setIsRenaming(true);
              if (id === 'pattern') void edit(model.model_id, { preview: null });
              if (id === 'check') void checkAgain(model.model_id);
              if (id === 'relocate') askToRelocate(model.model_id);
              if (id === 'copy') void copyText(model.model_id, t('copiedId'));
              if (id === 'remove') askToRemove(model.model_id);
            }}
          />
          <Tool label={t('close')} onPress={closePane}>
            <X />
          </Tool>
        </span>
      </div>
      <div className={css.state}>
        <HealthWord state={healthOf(model)} />
      </div>
    </>
  );
}

function Next({ model }: { readonly model: ModelSummary }) {
  const t = useTranslations();
  const { generateWith } = useActions();
  const why = whyNotRunnable(model);
  return (
    <>
      <Button className={css.next} kind="next" isDisabled={why !== null} onPress={() => generateWith(model.model_id)}>
        {t('details.generate')}
      </Button>
      {why && <p className={css.why}>{t(`whyNot.${why}`)}</p>}
    </>
  );
}

function Facts({ model, record }: { readonly model: ModelSummary; readonly record: Metadata | undefined }) {
  const t = useTranslations();
  const { bytes, exactBytes, compact, kind, day, format } = useWords();
  const size = { size: bytes(model.size_bytes), precision: model.precision };
  const defaults = model.generation_defaults;
  const made = useApp((state) => state.madeWith[model.model_id]);
  return (
    <dl className={`${css.facts} ${css.rule}`}>
      <dt>{t('details.family')}</dt>
      <dd>
        {model.task_type_primary === 'text-to-image'
          ? t('details.familyTask', { family: kind(model), task: t('task.text-to-image') })
          : kind(model)}
      </dd>
      {model.pipeline_class && (
        <>
          <dt>{t('details.pipeline')}</dt>
          <dd>
            <bdi dir="ltr">{model.pipeline_class}</bdi>
          </dd>
        </>
      )}
      <dt>{t('details.files')}</dt>
      <dd>
        {record
          ? t('details.filesValue', { format: format(model.bundle_format), count: record.file_count })
          : format(model.bundle_format)}
      </dd>
      <dt>{t('details.size')}</dt>
      <dd title={exactBytes(model.size_bytes)}>
        {model.parameter_count > 0
          ? t('details.sizeParameters', { ...size, parameters: compact(model.parameter_count) })
          : t('details.sizeValue', size)}
      </dd>
      {defaults?.width !== undefined && defaults.height !== undefined && defaults.steps !== undefined && (
        <>
          <dt>{t('details.made')}</dt>
          <dd>{t('details.madeValue', { width: defaults.width, height: defaults.height, steps: defaults.steps })}</dd>
        </>
      )}
      <dt>{t('details.kept')}</dt>
      <dd>{model.storage_kind === 'external_reference' ? t('details.keptExternal') : t('details.keptLibrary')}</dd>
      <dt>{t('details.added')}</dt>
      <dd>{day(model.added_at)}</dd>
      {made && (
        <>
          <dt>{t('details.used')}</dt>
          <dd>
            {made.total === 0
              ? t('details.usedNever')
              : t('details.usedValue', { count: made.total, day: day(made.pictures[0]?.created_at ?? model.added_at) })}
          </dd>
        </>
      )}
      {record?.base_model !== undefined && (
        <>
          <dt>{t('details.base')}</dt>
          <dd>{record.base_model}</dd>
        </>
      )}
      {record?.trigger_words !== undefined && record.trigger_words.length > 0 && (
        <>
          <dt>{t('details.triggers')}</dt>
          <dd className={css.wraps}>{record.trigger_words.join(', ')}</dd>
        </>
      )}
    </dl>
  );
}

function Folder({ path }: { readonly path: string }) {
  const t = useTranslations('details');
  const { canReveal, reveal, copyText } = useActions();
  return (
    <div className={`${css.folder} ${css.rule}`}>
      <div>
        <span className={css.label}>{t('folder')}</span>
        <PathText path={path} maxCharacters={30} />
      </div>
      {canReveal && (
        <Tool label={t('reveal')} onPress={() => void reveal(path)}>
          <FolderOpen />
        </Tool>
      )}
      <Tool label={t('copyPath')} onPress={() => void copyText(path, t('copiedPath'))}>
        <Copy />
      </Tool>
    </div>
  );
}

function MadeWith({ modelId }: { readonly modelId: string }) {
  const t = useTranslations();
  const { navigate, selectInStudio } = useActions();
  const { number } = useWords();
  const made = useApp((state) => state.madeWith[modelId]);
  if (!made || made.total === 0) return null;
  return (
    <div className={`${css.made} ${css.rule}`}>
      <p className={css.label}>
        {t('details.madeWith')}
        <span>{number(made.total)}</span>
      </p>
      <div className={css.strip}>
        {made.pictures.map((artifact) => (
          <button
            key={artifact.id}
            type="button"
            onClick={() => {
              selectInStudio({ kind: 'picture', pictureId: artifact.id });
              navigate('generate');
            }}
          >
            <PictureStill artifact={artifact} alt={t('generate.picture', { seed: String(artifact.seed ?? '') })} />
          </button>
        ))}
      </div>
    </div>
  );
}
