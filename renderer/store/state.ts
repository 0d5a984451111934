import type { CommandOutput } from '../../core/contract/command.ts';
import { type AddPart, initialAddPart } from './add/add-part.ts';
import { type GeneratePart, initialGeneratePart } from './generate/generate-part.ts';
import { type HealthPart, initialHealthPart } from './health/health-part.ts';
import { initialMappingsPart, type MappingsPart } from './mappings/mappings-part.ts';
import { initialModelsPart, type ModelsPart } from './models/models-part.ts';
import type { Problem } from './problem.ts';
import { type Clearing, initialQueuePart, type QueuePart } from './queue/queue-part.ts';
import { type AppearancePart, initialAppearancePart } from './settings/appearance-part.ts';
import { initialSettingsPart, type SettingsPart } from './settings/settings-part.ts';

export type AppStatus = CommandOutput<'app.status'>;
export type Screen = 'models' | 'generate' | 'queue' | 'health' | 'mappings' | 'settings';

/** What a notice says; `removed` offers to bring the models back. */
export type NoticeText =
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'added'; readonly count: number }
  | { readonly kind: 'queued' }
  | {
      readonly kind: 'linked';
      readonly count: number;
      readonly failed: number;
      readonly isCanceled: boolean;
      /** To take it back. */
      readonly applyId: string | null;
    }
  | { readonly kind: 'unlinked'; readonly count: number; readonly left: number }
  | { readonly kind: 'cleared'; readonly what: Clearing; readonly count: number }
  | { readonly kind: 'removed'; readonly name: string; readonly count: number; readonly trashIds: readonly string[] };

export type Notice = NoticeText & { readonly id: number };

export interface AppState
  extends ModelsPart,
    AddPart,
    GeneratePart,
    HealthPart,
    QueuePart,
    MappingsPart,
    AppearancePart,
    SettingsPart {
  readonly connection: 'connecting' | 'open' | 'lost';
  /** Whether the first snapshot is here: before that nothing is known to be empty. */
  readonly isReady: boolean;
  readonly sequence: number;
  readonly status: AppStatus | null;
  readonly screen: Screen;
  readonly hasSeenWelcome: boolean;
  readonly isPaletteOpen: boolean;
  readonly notice: Notice | null;
}

export const initialState: AppState = {
  ...initialModelsPart,
  ...initialAddPart,
  ...initialGeneratePart,
  ...initialHealthPart,
  ...initialQueuePart,
  ...initialMappingsPart,
  ...initialAppearancePart,
  ...initialSettingsPart,
  connection: 'connecting',
  isReady: false,
  sequence: 0,
  status: null,
  screen: 'models',
  hasSeenWelcome: false,
  isPaletteOpen: false,
  notice: null,
};
