import { join } from 'node:path';

/** Where the parts of the app lie: in a checkout, or in a package. */
export interface AppPaths {
  /** The built window, served as `vitrine://app/`. */
  readonly rendererFolder: string;
  readonly preloadFile: string;
  /** The runner process's program. Never inside the archive: a real Node executable can't read archives. */
  readonly runnerEntry: string;
  /** A real Node executable, not Electron's own. */
  readonly nodeExecutable: string;
  readonly starterBundle: string;
  /** What is known of other apps' folders. */
  readonly mappingRules: string;
  /** Where newer versions are looked for: electron-builder writes it into a package that was built with such an address. */
  readonly updateAddress: string;
}

export interface AppPlace {
  readonly isPackaged: boolean;
  /** The checkout, or `resources/app.asar`. */
  readonly appPath: string;
  readonly resourcesPath: string;
  readonly platform: NodeJS.Platform;
}

export function appPaths({ isPackaged, appPath, resourcesPath, platform }: AppPlace): AppPaths {
  const node = platform === 'win32' ? 'node.exe' : 'node';
  const unpacked = isPackaged ? join(resourcesPath, 'app.asar.unpacked') : appPath;
  return {
    rendererFolder: join(appPath, 'dist', 'renderer'),
    preloadFile: join(appPath, 'dist', 'electron', 'preload.cjs'),
    runnerEntry: join(unpacked, 'dist', 'runner', 'entry.mjs'),
    nodeExecutable: isPackaged ? join(resourcesPath, node) : join(appPath, 'node_modules', 'node', 'bin', node),
    starterBundle: isPackaged
      ? join(resourcesPath, 'starter-model', 'bundle')
      : join(appPath, 'resources', 'starter-model', 'bundle'),
    updateAddress: join(resourcesPath, 'app-update.yml'),
    mappingRules: isPackaged ? join(resourcesPath, 'mappings') : join(appPath, 'resources', 'mappings'),
  };
}
