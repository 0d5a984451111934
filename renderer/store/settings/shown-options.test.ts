import { expect, test } from 'vitest';
import { z } from 'zod';
import { fixedOptions, Options } from '../../../core/contract/settings/options.ts';
import { type OptionControl, shownOptions } from './shown-options.ts';

const Property = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  description: z.string(),
});
const properties = z
  .object({ properties: z.record(z.string(), Property) })
  .parse(z.toJSONSchema(Options, { io: 'input' })).properties;
const shown: readonly { readonly name: string; readonly control: OptionControl }[] = Object.values(shownOptions).flat();

/** Where it stands apart from the sections: the engine's own choice of what is found here. */
const elsewhere = ['execution_provider'];

test('every option that does something is shown, and none that only is kept', () => {
  const effective = Object.entries(properties)
    .filter(([name, { description }]) => !description.startsWith('Kept') && !fixedOptions.includes(name))
    .map(([name]) => name);
  expect([...shown.map(({ name }) => name), ...elsewhere].sort()).toEqual(effective.sort());
});

test('every control offers what the core takes', () => {
  for (const { name, control } of shown) {
    const property = properties[name];
    if (control.kind === 'switch') expect([name, property?.type]).toEqual([name, 'boolean']);
    if (control.kind === 'choice') expect([name, property?.enum]).toEqual([name, control.values]);
    if (control.kind === 'number')
      expect([name, property?.minimum, property?.maximum]).toEqual([name, control.min, control.max]);
  }
});
