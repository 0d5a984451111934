import type { ModelId } from '../../contract/ids.ts';
import type { OtherNamesWanted } from '../../contract/mapping/mapping.ts';
import type { RuleFile } from '../rules/rule-file.ts';
import { type Assignments, folderPathOf, freePath } from './assign-targets.ts';
import type { MappableModel } from './mappable-model.ts';
import { foldedName, splitPath, type TargetSnapshot } from './snapshot.ts';

interface Around {
  readonly rules: Pick<RuleFile, 'places'>;
  readonly snapshot: Pick<TargetSnapshot, 'folders' | 'standing'>;
  readonly assignments: Assignments;
}

/** The longest name that every drive takes, in bytes. */
const longestNameBytes = 255;

/** Names for models whose own is taken: free in their folder, and no two the same, whichever of them are wanted. */
export class OtherNames {
  readonly #around: Around;
  readonly #wanted: ReadonlySet<ModelId> | 'all';
  #taken: Set<string> | null = null;

  constructor(wanted: OtherNamesWanted, around: Around) {
    this.#wanted = wanted === 'all' ? wanted : new Set(wanted);
    this.#around = around;
  }

  isWanted(id: ModelId): boolean {
    return this.#wanted === 'all' || this.#wanted.has(id);
  }

  /** Another path in the same folder; null where the name would be too long. */
  propose(model: Pick<MappableModel, 'model_id' | 'path' | 'bundle_format'>, path: string): string | null {
    this.#taken ??= this.#takenNames();
    const taken = this.#taken;
    const other = freePath(model, splitPath(path).folder, taken);
    taken.add(foldedName(other));
    return Buffer.byteLength(splitPath(other).name) > longestNameBytes ? null : other;
  }

  /** All that is there, and all that the plan gives to others. */
  #takenNames(): Set<string> {
    const { rules, snapshot, assignments } = this.#around;
    const taken = new Set<string>();
    for (const [folder, state] of snapshot.folders)
      if (state.kind === 'folder') for (const { name } of state.names) taken.add(foldedName(`${folder}/${name}`));
    for (const link of snapshot.standing) taken.add(foldedName(folderPathOf(link, rules)));
    for (const assignment of assignments.values())
      if (assignment.kind === 'wanted') taken.add(foldedName(assignment.path));
    return taken;
  }
}
