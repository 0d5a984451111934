import type { CommandOutput } from '../../../core/contract/command.ts';
import type { Options } from '../../../core/contract/settings/options.ts';
import type { ServerState } from '../../../core/contract/shell/server-commands.ts';
import type { Updates } from '../../../core/contract/shell/updates.ts';

export type DoctorReport = CommandOutput<'app.doctor'>;

/** The Settings screen's part of the state: the core's own settings, read when the screen opens. */
export interface SettingsPart {
  readonly doctor: DoctorReport | null;
  readonly options: Options | null;
  readonly server: ServerState | null;
  /** The library folder that was chosen for the next start. */
  readonly nextLibrary: string | null;
  /** Of the desktop program; null in a browser. */
  readonly updates: Updates | null;
}

export const initialSettingsPart: SettingsPart = {
  doctor: null,
  options: null,
  server: null,
  nextLibrary: null,
  updates: null,
};
