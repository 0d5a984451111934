import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { folderSurroundings, resolveFolders } from './folders.ts';

const homePath = resolve('/home/mira');
const userDataPath = resolve('/home/mira/.local/share/vitrine');
const workingPath = resolve('/work');

test.each([
  ['nothing is said', {}, {}, join(homePath, 'Vitrine'), userDataPath, 'default'],
  [
    'the environment speaks',
    {},
    { VITRINE_LIBRARY: '/lib', VITRINE_DATA: 'data' },
    resolve('/lib'),
    join(workingPath, 'data'),
    'environment',
  ],
  [
    'an option speaks against the environment',
    { library: 'a', data: '~/b' },
    { VITRINE_LIBRARY: '/lib', VITRINE_DATA: '/data' },
    join(workingPath, 'a'),
    join(homePath, 'b'),
    'option',
  ],
  [
    'options and environment are empty',
    { library: '', data: '' },
    { VITRINE_LIBRARY: '', VITRINE_DATA: '' },
    join(homePath, 'Vitrine'),
    userDataPath,
    'default',
  ],
])('the folders are right when %s', (_, choice, env, libraryPath, dataPath, libraryFrom) => {
  expect(resolveFolders({ ...choice, workingPath }, { env, homePath, userDataPath })).toEqual({
    libraryPath,
    libraryFrom,
    dataPath,
    outputsPath: join(dataPath, 'outputs'),
    inputsPath: join(dataPath, 'inputs'),
    jobsPath: join(dataPath, 'jobs.db'),
    settingsPath: join(dataPath, 'settings.json'),
    doorPath: join(dataPath, 'server.json'),
    mappingsPath: join(dataPath, 'mappings'),
    verdictsPath: join(dataPath, 'providers.json'),
    logPath: join(dataPath, 'logs', 'vitrine.log'),
  });
});

test("the platform's user-data folder is called vitrine, without a suffix", () => {
  expect(folderSurroundings().userDataPath).toMatch(/[/\\]vitrine([/\\]Data)?$/);
});
