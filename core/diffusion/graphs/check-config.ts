import type { z } from 'zod';
import { Failed } from '../../contract/failure.ts';

/**
 * A component's config.json as a graph needs it. Throws `unsupported_config` {path, field, value} for the first field that the graph
 * can't be made from; fields that no graph looks at are let pass.
 */
export function checkConfig<Schema extends z.ZodType>(schema: Schema, config: unknown, path: string): z.output<Schema> {
  const checked = schema.safeParse(config);
  if (checked.success) return checked.data;
  const field = checked.error.issues[0]?.path ?? [];
  const value = field.reduce<unknown>(
    (inside, key) => (typeof inside === 'object' && inside !== null ? Reflect.get(inside, key) : undefined),
    config,
  );
  const shown = JSON.stringify(value) ?? 'missing';
  throw new Failed('unsupported_config', {
    path,
    field: field.length === 0 ? 'the file' : `"${field.join('.')}"`,
    value: shown.length > 200 ? `${shown.slice(0, 200)}…` : shown,
  });
}
