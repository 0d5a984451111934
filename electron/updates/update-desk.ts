import type { UpdateAct, UpdateStatus, Updates } from '../../core/contract/shell/updates.ts';
import { readUpdatePreference, writeUpdatePreference } from './update-preference.ts';
import { updateProblem } from './update-problem.ts';
import type { UpdateSource } from './update-source.ts';

export interface UpdateDeskPorts {
  readonly hasAddress: boolean;
  readonly preferenceFile: string;
  /** Called when it is first needed, and never while updates are off. */
  readonly openSource: () => Promise<UpdateSource>;
  readonly tell: (updates: Updates) => void;
  readonly log: (message: string) => void;
  readonly now?: () => Date;
  readonly timing?: UpdateTiming;
}

export interface UpdateTiming {
  /** How long after the start the first look is: a start has more urgent things to do. */
  readonly firstLookMs: number;
  readonly everyMs: number;
}

const usualTiming: UpdateTiming = { firstLookMs: 10_000, everyMs: 24 * 60 * 60_000 };

/** Looks for newer versions of the program, if the user asked for that. Without it, nothing is loaded and nothing goes out. */
export class UpdateDesk {
  readonly #ports: UpdateDeskPorts;
  #isOn: boolean;
  #status: UpdateStatus = { kind: 'idle', looked_at: null };
  #source: UpdateSource | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Of the look that is in progress. */
  #look: AbortController | null = null;

  constructor(ports: UpdateDeskPorts) {
    this.#ports = ports;
    this.#isOn = ports.hasAddress && readUpdatePreference(ports.preferenceFile);
    const { firstLookMs } = ports.timing ?? usualTiming;
    if (this.#isOn) this.#lookIn(firstLookMs);
  }

  show(): Updates {
    return { has_address: this.#ports.hasAddress, is_on: this.#isOn, status: this.#status };
  }

  /** Carries out what the user asked for. Throws when the preference could not be written. */
  act(act: UpdateAct): Updates {
    if (!this.#ports.hasAddress) return this.show();
    if (act !== 'look') {
      const isOn = act === 'on';
      writeUpdatePreference(this.#ports.preferenceFile, isOn);
      this.#isOn = isOn;
    }
    if (this.#isOn) void this.#lookNow();
    else this.#stop();
    return this.show();
  }

  /**
   * The program is about to quit: a downloaded version is installed then, unless a job was cut short, which a person who quits in the middle
   * of one wants to see go on at the next start.
   */
  beforeQuit(isWorking: boolean): void {
    this.#source?.setInstallsAtQuit(this.#isOn && !isWorking);
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#look?.abort();
  }

  #lookIn(ms: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#lookNow(), ms);
    this.#timer.unref();
  }

  #stop(): void {
    this.close();
    this.#look = null;
    this.#set({ kind: 'idle', looked_at: null });
  }

  #set(status: UpdateStatus): void {
    this.#status = status;
    this.#ports.tell(this.show());
  }

  async #lookNow(): Promise<void> {
    // One at a time; and what is ready is installed before a newer one is looked for.
    if (this.#look !== null || this.#status.kind === 'ready') return;
    const { openSource, log, now = () => new Date(), timing = usualTiming } = this.#ports;
    const look = new AbortController();
    this.#look = look;
    const set = (status: UpdateStatus): void => {
      if (!look.signal.aborted) this.#set(status);
    };
    set({ kind: 'looking' });
    try {
      this.#source ??= await openSource();
      const found = await this.#source.look();
      if (found === null) set({ kind: 'idle', looked_at: now().toISOString() });
      else if (!look.signal.aborted) {
        const { version } = found;
        set({ kind: 'downloading', version, fraction: 0 });
        await found.download((fraction) => set({ kind: 'downloading', version, fraction }), look.signal);
        set({ kind: 'ready', version });
      }
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      if (!look.signal.aborted) log(`No update: ${detail}`);
      set({ kind: 'failed', problem: updateProblem(error), detail: firstLine(detail) });
    }
    if (this.#look !== look) return;
    this.#look = null;
    this.#lookIn(timing.everyMs);
  }
}

/** electron-updater's messages go on with headers and stacks. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, 300) ?? '';
}
