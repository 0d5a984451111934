/** Where newer versions come from. Every promise rejects with what went wrong: see `updateProblem`. */
export interface UpdateSource {
  /** The newest version, where it is newer than this one. */
  look(): Promise<FoundUpdate | null>;
  /** Whether what was downloaded is installed when the program quits. */
  setInstallsAtQuit(installs: boolean): void;
}

export interface FoundUpdate {
  readonly version: string;
  /** Rejects when `signal` aborts, too. */
  download(onFraction: (fraction: number) => void, signal: AbortSignal): Promise<void>;
}
