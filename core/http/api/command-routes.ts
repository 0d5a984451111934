import { isAbsolute } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type CommandName, type CommandOutput, type Commands, checkInput, commands } from '../../contract/command.ts';
import { Failed } from '../../contract/failure.ts';
import { restPrefix } from '../../contract/rest.ts';

/** Serves every command of the table at its place below `/api/v1`. */
export function addCommandRoutes(app: FastifyInstance, core: Commands): void {
  for (const name of Object.keys(commands) as CommandName[]) {
    const { method, path } = commands[name].http;
    app.route({
      method,
      url: restPrefix + path.replaceAll(/\{(\w+)\}/g, ':$1'),
      handler: async (request) => {
        const given = method === 'POST' ? fieldsOf(request.body) : fieldsOf(request.query);
        return call(core, name, { ...given, ...fieldsOf(request.params) });
      },
    });
  }
}

/** Commands whose `path` is one below a model or a plan. */
const innerPaths: ReadonlySet<CommandName> = new Set(['models.accept', 'mappings.folder']);

async function call<Name extends CommandName>(
  core: Commands,
  name: Name,
  raw: Readonly<Record<string, unknown>>,
): Promise<CommandOutput<Name>> {
  requireLocalPath('path', raw.path, !innerPaths.has(name));
  requireLocalPath('root', raw.root, true);
  if (name === 'jobs.generate') requireLocalPath('request.bundle', fieldsOf(raw.request ?? {}).bundle, true);
  return core[name](checkInput(name, raw));
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw new Failed('invalid_input', { field: 'body', reason: 'a JSON object is expected' });
}

/**
 * A relative path would be relative to the server's folder, which its caller doesn't know. A network path (`\\host\share`) would make
 * this machine log in at a host of the caller's choice.
 */
function requireLocalPath(field: string, path: unknown, isFileSystemPath: boolean): void {
  if (!isFileSystemPath || typeof path !== 'string') return;
  if (!isAbsolute(path) || /^[\\/]{2}/.test(path)) {
    throw new Failed('invalid_input', { field, reason: 'the absolute path of a local folder or file is expected' });
  }
}

const modelsPrefix = `${restPrefix}/models/`;
const modelActions = new Set(
  Object.values(commands).flatMap(({ http: { method, path } }) => {
    const action = /^\/models\/\{model_id\}\/(\w+)$/.exec(path)?.[1];
    return action === undefined ? [] : [`${method} ${action}`];
  }),
);

/** Model ids hold slashes. As a path they are one segment with `%2F`; a URL that has them plain is brought into that form. */
export function foldModelId(method: string, url: string): string {
  if (!url.startsWith(modelsPrefix)) return url;
  const [path = '', query] = url.slice(modelsPrefix.length).split('?', 2);
  const segments = path.split('/');
  const action = segments.length > 3 && modelActions.has(`${method} ${segments.at(-1)}`) ? segments.pop() : undefined;
  if (segments.length < 3) return url;
  return `${modelsPrefix}${segments.join('%2F')}${action ? `/${action}` : ''}${query === undefined ? '' : `?${query}`}`;
}
