import type { Commands } from '../contract/command.ts';
import type { promptCommands } from '../contract/generate/prompt.ts';
import type { Library } from '../library/library.ts';
import type { SettingsStore } from '../processing/settings/settings.ts';
import { noModel } from '../resolve-model.ts';
import type { PromptCounter } from '../runner/prompt-counter/prompt-counter.ts';

/** The prompts' rows of the command table, carried out: by the tokenizer of the model itself, whether it can run or not. */
export function commandsOfPrompts(
  library: Pick<Library, 'show' | 'starterModelId'>,
  settings: Pick<SettingsStore, 'current'>,
  counter: Pick<PromptCounter, 'count'>,
): Pick<Commands, keyof typeof promptCommands> {
  return {
    'prompts.count': async ({ model_id, prompt_syntax, ...input }) => {
      const id = model_id ?? library.starterModelId();
      if (id === null) throw noModel();
      const { entry_path } = await library.show(id);
      return counter.count({
        ...input,
        entry_path,
        prompt_syntax: prompt_syntax ?? settings.current().prompt_syntax,
      });
    },
  };
}
