import type { AppEvent } from '../contract/event.ts';

/** What the library needs of the program around it. */
export interface LibraryHost {
  readonly rootPath: string;
  /** `linux-x64` */
  readonly platform: string;
  /** Of onnxruntime-node. */
  readonly runtimeVersion: string;
  /** Names of execution providers in the order they would be tried. */
  readonly executionProviders: () => readonly string[];
  readonly emit: (event: AppEvent) => void;
  readonly now: () => Date;
  readonly log: (message: string, facts?: object) => void;
}
