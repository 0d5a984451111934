import { NotUpdatable } from './update-problem.ts';
import type { UpdateSource } from './update-source.ts';

interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** electron-updater, with the address that electron-builder wrote into the package. It is loaded when first needed: most never ask for it. */
export async function openElectronSource(log: Log): Promise<UpdateSource> {
  const { default: library } = await import('electron-updater');
  const updater = library.autoUpdater;
  updater.logger = {
    info: (message) => log.info(String(message)),
    warn: (message) => log.warn(String(message)),
    error: (message) => log.error(String(message)),
  };
  // Looked for and downloaded by us, so that each can be told, and cancelled.
  updater.autoDownload = false;
  updater.autoInstallOnAppQuit = true;
  updater.allowDowngrade = false;
  // Without a listener an emitted error would end the program; the promises below tell the same.
  updater.on('error', () => undefined);
  return {
    async look() {
      const found = await updater.checkForUpdates();
      if (found === null)
        throw new NotUpdatable('this copy of Vitrine was not installed by a package that can be updated');
      if (!found.isUpdateAvailable) return null;
      return {
        version: found.updateInfo.version,
        async download(onFraction, signal) {
          const { cancellationToken } = found;
          const tell = ({ percent }: { readonly percent: number }) => onFraction(percent / 100);
          const cancel = () => cancellationToken?.cancel();
          updater.on('download-progress', tell);
          signal.addEventListener('abort', cancel);
          try {
            await updater.downloadUpdate(cancellationToken);
          } finally {
            updater.off('download-progress', tell);
            signal.removeEventListener('abort', cancel);
          }
        },
      };
    },
    setInstallsAtQuit(installs) {
      updater.autoInstallOnAppQuit = installs;
    },
  };
}
