import type { Commands } from '../../contract/command.ts';
import { defaultOptions, fixedOptions, type OptionName, Options } from '../../contract/settings/options.ts';
import { checkpointNamed } from './checkpoints.ts';
import { coerce } from './coercion.ts';
import { httpException, raised } from './errors.ts';

/** Throws what stable-diffusion-webui throws for the first key that it doesn't know. */
export function requireKnownOptions(given: Readonly<Record<string, unknown>>): void {
  for (const key of Object.keys(given)) if (!Object.hasOwn(defaultOptions, key)) throw raised('KeyError', `'${key}'`);
}

/**
 * The changes that a caller asks for, as the options take them: "80" and 80.0 are 80, null leaves an option as it is, and options that
 * no caller may set are passed over. Throws for unknown keys and for what can't be a value of its option.
 */
export function readOptions(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  requireKnownOptions(given);
  const changes = Object.entries(given).flatMap(([key, value]): [string, unknown][] => {
    const name = key as OptionName;
    if (fixedOptions.includes(name)) return [];
    const before = defaultOptions[name];
    if (value === null) return before === null ? [[name, null]] : [];
    const kind = { boolean: 'bool', number: 'float', string: 'str', object: 'str' } as const;
    const understood = coerce(kind[typeof before as keyof typeof kind] ?? 'str', value);
    if (!Options.shape[name].safeParse(understood).success)
      throw name === 'samples_format'
        ? httpException(500, 'Invalid image format')
        : raised('ValueError', `${name}: ${JSON.stringify(value)} is no value of it`);
    return [[name, understood]];
  });
  return Object.fromEntries(changes);
}

/** The `override_settings` of a request. An unknown checkpoint is passed over without an error, as stable-diffusion-webui does. */
export async function readOverrides(
  given: Readonly<Record<string, unknown>> | null,
  commands: Commands,
): Promise<Readonly<Record<string, unknown>>> {
  const { sd_model_checkpoint: alias, ...overrides } = readOptions(given ?? {});
  if (typeof alias !== 'string' || alias === '') return overrides;
  const isKnown = (await checkpointNamed(alias, commands)) !== undefined;
  return isKnown ? { ...overrides, sd_model_checkpoint: alias } : overrides;
}
