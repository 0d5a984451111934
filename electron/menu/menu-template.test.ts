import type { MenuItemConstructorOptions } from 'electron';
import { expect, test } from 'vitest';
import { menuTemplate } from './menu-template.ts';

const places = {
  appName: 'Vitrine',
  libraryPath: '/library',
  dataPath: '/data',
  logPath: '/data/logs/vitrine.log',
  crashesPath: '/data/crashes',
  isDevelopment: false,
};

function menu(platform: NodeJS.Platform, language = 'en-GB') {
  const told: unknown[] = [];
  const acts = { ask: (request: unknown) => told.push(request), openFolder: (path: string) => told.push(path) };
  const template = menuTemplate(places, language, acts, platform);
  const items = template.flatMap(({ submenu }) => (submenu ?? []) as MenuItemConstructorOptions[]);
  const click = (label: string) => (items.find((item) => item.label === label)?.click as (() => void) | undefined)?.();
  return { template, items, click, told };
}

test('every item of ours does what it says', () => {
  const { items, click, told } = menu('linux');
  for (const { label } of items) if (label !== undefined) click(label);
  expect(told).toEqual([
    { kind: 'add', paths: [] },
    '/library',
    '/data',
    { kind: 'go', screen: 'settings' },
    { kind: 'go', screen: 'models' },
    { kind: 'go', screen: 'generate' },
    { kind: 'go', screen: 'queue' },
    { kind: 'go', screen: 'health' },
    { kind: 'go', screen: 'mappings' },
    '/data/logs',
    '/data/crashes',
  ]);
});

test('no shortcut stands for two items', () => {
  const shortcuts = menu('darwin').items.flatMap(({ accelerator }) => accelerator ?? []);
  expect(new Set(shortcuts).size).toBe(shortcuts.length);
});

test.each([
  ['darwin', ['Vitrine', '&File', undefined, '&View', undefined, '&Help']],
  ['win32', ['&File', undefined, '&View', undefined, '&Help']],
] as const)('on %s the menus stand in that platform’s order', (platform, labels) => {
  expect(menu(platform).template.map(({ label }) => label)).toEqual(labels);
});

test('a language without words of its own gets English, German gets German', () => {
  expect(menu('linux', 'de').template.map(({ label }) => label)).toContain('&Datei');
  expect(menu('linux', 'fr-CA').template.map(({ label }) => label)).toContain('&File');
});
