import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Failed } from '../../contract/failure.ts';
import type { MappingApp } from '../../contract/mapping/mapping.ts';
import { systemCode } from '../system-error.ts';
import { RuleFile } from './rule-file.ts';

const maxRuleBytes = 256 * 1024;

export interface AppRules extends RuleFile {
  readonly isOwn: boolean;
  readonly filePath: string;
}

export interface RulesRead {
  readonly apps: readonly AppRules[];
  /** Files that are of no use; `reason` is a sentence. */
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Reads all rule files, those that ship with the program and the user's own: read at every use, so that a file put there counts at once. An own
 * file for an app that we ship takes its place. A file of no use is told of and stops nothing.
 */
export async function readRules(shippedPath: string | null, ownPath: string): Promise<RulesRead> {
  const apps = new Map<string, AppRules>();
  const problems: { path: string; reason: string }[] = [];
  for (const [folder, isOwn] of [
    [shippedPath, false],
    [ownPath, true],
  ] as const) {
    if (folder === null) continue;
    for (const name of await ruleNamesIn(folder, problems)) {
      const filePath = join(folder, name);
      const read = await readRuleFile(filePath);
      if (typeof read === 'string') {
        problems.push({ path: filePath, reason: read });
        continue;
      }
      const known = apps.get(read.app);
      if (known !== undefined && known.isOwn === isOwn)
        problems.push({ path: filePath, reason: `The app "${read.app}" has the file ${known.filePath} already.` });
      else apps.set(read.app, { ...read, isOwn, filePath });
    }
  }
  return { apps: [...apps.values()].sort((a, b) => a.label.localeCompare(b.label, 'en')), problems };
}

/** The rules of the app with that id, name or alias. Throws `not_found`. */
export function findApp(apps: readonly AppRules[], wanted: string): AppRules {
  const key = keyOf(wanted);
  const found =
    apps.find(({ app }) => app === wanted) ??
    apps.find(({ app, label, aliases }) => [app, label, ...aliases].some((name) => keyOf(name) === key));
  if (found === undefined) throw new Failed('not_found', { what: 'app with known folders', id: wanted });
  return found;
}

/** The rules as a caller sees them. */
export function mappingAppOf(rules: AppRules): MappingApp {
  return {
    app: rules.app,
    label: rules.label,
    is_own: rules.isOwn,
    rule_path: rules.filePath,
    note: rules.note ?? null,
    config_path: rules.config?.path ?? null,
    places: rules.places.map(({ model_type, bundle_format, extensions, path }) => ({
      model_type,
      bundle_format,
      extensions,
      path,
    })),
  };
}

function keyOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{Letter}\p{Number}]/gu, '');
}

async function ruleNamesIn(folder: string, problems: { path: string; reason: string }[]): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json') && !name.startsWith('.')).sort();
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'ENOENT') problems.push({ path: folder, reason: `The folder could not be read (${code}).` });
    return [];
  }
}

/** The rules in a file, or why there are none. */
async function readRuleFile(path: string): Promise<RuleFile | string> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return 'It is not a file.';
    if (stats.size > maxRuleBytes) return `It has ${stats.size} bytes, too many for a rule file.`;
    return RuleFile.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) return 'It is not JSON.';
    if (error instanceof z.ZodError) {
      const issue = error.issues[0];
      return `A field is wrong: ${issue?.path.join('.') || 'the whole'}, ${issue?.message ?? ''}.`;
    }
    return `It could not be read (${systemCode(error)}).`;
  }
}
