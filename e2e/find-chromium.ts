import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const commands = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge'];
const macPlaces = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const windowsPlaces = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];

/** A Chromium that is installed on this machine: on PATH, or in its platform's usual place. */
export function systemChromium(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string | null {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = platform === 'win32' ? [] : commands.flatMap((name) => folders.map((folder) => join(folder, name)));
  const programFolders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(
    (folder) => folder !== undefined,
  );
  const usual = {
    darwin: macPlaces,
    win32: programFolders.flatMap((folder) => windowsPlaces.map((place) => join(folder, place))),
  };
  const places = platform === 'darwin' || platform === 'win32' ? [...onPath, ...usual[platform]] : onPath;
  return places.find((place) => existsSync(place)) ?? null;
}
