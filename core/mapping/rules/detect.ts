import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MappingInstall } from '../../contract/mapping/mapping.ts';
import { systemCode } from '../system-error.ts';
import type { AppRules } from './read-rules.ts';

/** Folders looked into: enough for a home of many apps, few enough to answer at once. */
const maxFolders = 3000;
const maxDepth = 3;

/** Looks for installed apps in a folder and a little below it. Links are not followed; what is found is not looked into further. */
export async function detectInstalls(path: string, apps: readonly AppRules[]): Promise<MappingInstall[]> {
  const installs: MappingInstall[] = [];
  let level = [path];
  let looked = 0;
  for (let depth = 0; depth <= maxDepth && level.length > 0; depth += 1) {
    const below: string[] = [];
    for (const folder of level) {
      looked += 1;
      if (looked > maxFolders) return installs;
      const children = await childrenOf(folder);
      const found: MappingInstall[] = [];
      for (const rules of apps) {
        const evidence = await evidenceAmong(folder, new Set(children.map(({ name }) => name)), rules);
        if (evidence.length > 0) found.push({ app: rules.app, label: rules.label, root: folder, evidence });
      }
      installs.push(...found);
      if (found.length > 0) continue;
      for (const child of children)
        if (child.isDirectory() && !isPassedBy(child.name)) below.push(join(folder, child.name));
    }
    level = below;
  }
  return installs;
}

/** What says that a folder is an installation of an app: the names it was known by; none when nothing says so. */
export async function evidenceFor(folder: string, rules: AppRules): Promise<string[]> {
  const names = new Set((await childrenOf(folder)).map(({ name }) => name));
  return evidenceAmong(folder, names, rules);
}

async function evidenceAmong(folder: string, names: ReadonlySet<string>, { detect }: AppRules): Promise<string[]> {
  const evidence = new Set<string>();
  for (const { all, none } of detect) {
    if (!(await every(all, (name) => isThere(folder, names, name)))) continue;
    if (await some(none, (name) => isThere(folder, names, name))) continue;
    for (const name of all) evidence.add(name);
  }
  return [...evidence];
}

/** Whether a folder has a name in it; one that ends in a slash must be a folder. */
async function isThere(folder: string, names: ReadonlySet<string>, name: string): Promise<boolean> {
  const [first = ''] = name.split('/');
  if (!names.has(first)) return false;
  try {
    return (await stat(join(folder, name))).isDirectory() === name.endsWith('/');
  } catch (error) {
    systemCode(error);
    return false;
  }
}

async function every(names: readonly string[], test: (name: string) => Promise<boolean>): Promise<boolean> {
  for (const name of names) if (!(await test(name))) return false;
  return true;
}

async function some(names: readonly string[], test: (name: string) => Promise<boolean>): Promise<boolean> {
  for (const name of names) if (await test(name)) return true;
  return false;
}

function isPassedBy(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules' || name === '__pycache__' || name === 'venv';
}

async function childrenOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    systemCode(error);
    return [];
  }
}
