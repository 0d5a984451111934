import type { Classification } from '../../../core/contract/library/model.ts';
import type { ImportMode, Task } from '../../../core/contract/library/task.ts';
import type { Problem } from '../problem.ts';

export type Candidate = Classification['candidates'][number];

/** One thing that was dropped or picked, on its way into the library. */
export interface AddItem {
  readonly path: string;
  readonly phase: 'reading' | 'ready' | 'refused';
  readonly classification: Classification | null;
  readonly problem: Problem | null;
  readonly mode: ImportMode;
}

export interface AddSheet {
  readonly phase: 'review' | 'importing' | 'done';
  readonly items: readonly AddItem[];
  /** The imports of the core that carry it out, in order. */
  readonly taskIds: readonly string[];
  /** The import goes on while the window does something else. */
  readonly isHidden: boolean;
  /** The import could not be asked for, or nothing more is known of it. */
  readonly problem: Problem | null;
  /** Files were dropped whose place the browser does not tell. */
  readonly pathlessCount: number;
}

export interface AddPart {
  readonly addSheet: AddSheet | null;
  /** Long acts of the library, by id. */
  readonly tasks: Readonly<Record<string, Task>>;
}

export const initialAddPart: AddPart = { addSheet: null, tasks: {} };
