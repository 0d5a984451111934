import { ChevronDown } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useShallow } from 'zustand/shallow';
import { useActions, useApp } from '../../../app-context.tsx';
import { whyNotRunnable } from '../../../store/selectors.ts';
import { type OptionSection, type ShownOption, shownOptions } from '../../../store/settings/shown-options.ts';
import { PickButton } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/fields/choice.tsx';
import { NumberBox } from '../../../ui/fields/number-box.tsx';
import { Switch } from '../../../ui/fields/switch.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { Pref } from './pref.tsx';

/** The options of one section, each with what it does. */
export function OptionPrefs({ section }: { readonly section: OptionSection }) {
  const t = useTranslations('option');
  const options: readonly ShownOption[] = shownOptions[section];
  return options.map((option) => (
    <Pref key={option.name} title={t(`${option.name}.title`)} text={t(`${option.name}.text`)}>
      <OptionControl option={option} />
    </Pref>
  ));
}

function OptionControl({ option: { name, control } }: { readonly option: ShownOption }) {
  const t = useTranslations('option');
  const { setOptions } = useActions();
  const value = useApp((state) => state.options?.[name]);
  const label = t(`${name}.title`);
  const set = (next: unknown) => void setOptions({ [name]: next });
  if (value === undefined) return null;
  switch (control.kind) {
    case 'switch':
      return <Switch label={label} isOn={value === true} onChange={set} />;
    case 'number':
      return <NumberBox label={label} value={Number(value)} min={control.min} max={control.max} onChange={set} />;
    case 'choice':
      return (
        <Choice
          size="row"
          label={label}
          value={String(value)}
          options={control.values.map((text) => ({ value: text, text: wordOf(text) }))}
          onChange={set}
        />
      );
    case 'model':
      return <ModelChoice label={label} value={value === null ? null : String(value)} onChange={set} />;
  }

  function wordOf(text: string): string {
    if (name === 'prompt_syntax') return t(text === 'webui' ? 'prompt_syntax.webui' : 'prompt_syntax.plain');
    return name === 'samples_format' ? text.toUpperCase() : text;
  }
}

interface ModelChoiceProps {
  readonly label: string;
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
}

const none = '\u0000';

/** One of the models that run here, or the starter. */
function ModelChoice({ label, value, onChange }: ModelChoiceProps) {
  const t = useTranslations('option');
  const models = useApp(
    useShallow((state) =>
      state.generatorIds.flatMap((id) => {
        const model = state.models[id];
        return model && whyNotRunnable(model) === null ? [model] : [];
      }),
    ),
  );
  const chosen = models.find(({ model_id, name }) => model_id === value || name === value);
  const shown = value === null ? t('starterModel') : (chosen?.name ?? value);
  return (
    <Menu
      label={label}
      trigger={
        <PickButton label={`${label} ${shown}`}>
          <b>{shown}</b>
          <ChevronDown />
        </PickButton>
      }
      entries={[
        { id: none, text: t('starterModel') },
        ...models.map(({ model_id, name }) => ({ id: model_id as string, text: name })),
      ]}
      selectedId={chosen?.model_id ?? none}
      onAction={(id) => onChange(id === none ? null : id)}
    />
  );
}
