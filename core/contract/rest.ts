import { type CommandName, commands } from './command.ts';

/** A command as a request to the HTTP door. `path` starts with `/api/v1`; `body` is null where there is none. */
export interface RestRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>> | null;
}

export const restPrefix = '/api/v1';

/**
 * Puts a command's input where its row in the table says: fields named in the path, the rest in the query of a GET or DELETE, else in the body.
 * Every path field is percent-encoded whole, so a model id is one segment with its slashes as %2F.
 */
export function toRest(name: CommandName, input: Readonly<Record<string, unknown>>): RestRequest {
  const { method, path: template } = commands[name].http;
  const rest: Record<string, unknown> = { ...input };
  const path = template.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
    const value = String(rest[field] ?? '');
    delete rest[field];
    return encodeURIComponent(value);
  });
  if (method === 'POST') return { method, path: restPrefix + path, body: rest };
  const query = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => `${encodeURIComponent(field)}=${encodeURIComponent(String(value))}`)
    .join('&');
  return { method, path: restPrefix + path + (query ? `?${query}` : ''), body: null };
}
