import { basename, dirname } from 'node:path';
import type { ModelId } from '../../contract/ids.ts';
import type {
  LinkKind,
  MappingAction,
  MappingActionKind,
  MappingReason,
  OtherNamesWanted,
} from '../../contract/mapping/mapping.ts';
import { canBeEntry } from '../config/config-entry.ts';
import type { RuleFile } from '../rules/rule-file.ts';
import { atOnce, type Steps } from '../slices.ts';
import { type Assignment, type Assignments, assignTargets } from './assign-targets.ts';

import type { MappableModel } from './mappable-model.ts';
import { OtherNames } from './other-names.ts';
import { reasonSentence } from './reason-sentence.ts';
import {
  type FolderState,
  foldedName,
  type StandingLink,
  splitPath,
  type TargetSnapshot,
  targetBelow,
} from './snapshot.ts';

type Rules = Pick<RuleFile, 'label' | 'places' | 'config'>;

/** A line of a plan with what carrying it out needs. */
export interface PlannedAction extends MappingAction {
  /** Below the app's folder; null for what is excluded. Of a config entry `<config path>#<key>/<file name>`. */
  readonly path: string | null;
  /** The older link of ours whose place it takes: broken, or taken away by somebody. */
  readonly replaces: StandingLink | null;
}

/** What somebody wants of a plan. */
export interface PlanWish {
  /** Only what mends broken links of ours. */
  readonly repairOnly: boolean;
  /** Models that get a name of their own where something that isn't ours has theirs. */
  readonly otherNames: OtherNamesWanted;
}

/** All links that can be made, and what is in the way is only told of. */
export const plainWish: PlanWish = { repairOnly: false, otherNames: [] };

export interface PlanOptions extends Partial<PlanWish> {
  /** What {@link assignTargets} gives for these arguments, where that is known already. */
  readonly assignments?: Assignments;
}

/**
 * What mapping these models into that folder would do: a line a model, and one for every link of ours whose model is gone. Pure: all that it
 * knows of the disk is in the snapshot, and the same arguments give the same plan.
 */
export function planMapping(
  models: readonly MappableModel[],
  rules: Rules,
  snapshot: TargetSnapshot,
  options: PlanOptions = {},
): PlannedAction[] {
  return atOnce(planSteps(models, rules, snapshot, options));
}

/** {@link planMapping}, stopping after each line. */
export function* planSteps(
  models: readonly MappableModel[],
  rules: Rules,
  snapshot: TargetSnapshot,
  options: PlanOptions = {},
): Steps<PlannedAction[]> {
  const assignments = options.assignments ?? (yield* assignTargets(models, rules, snapshot.standing));
  const otherNames = new OtherNames(options.otherNames ?? [], { rules, snapshot, assignments });
  const actions = yield* new Planner(rules, snapshot, otherNames).plan(models, assignments);
  return options.repairOnly === true ? actions.filter(({ action }) => action === 'broken') : actions;
}

interface Decision {
  readonly action: MappingActionKind;
  readonly reason: MappingReason;
  readonly link: LinkKind | null;
  readonly path: string;
  readonly at?: string;
  readonly replaces?: StandingLink;
  /** Where it could stand instead. */
  readonly otherPath?: string | null;
}

/** What has the name and is not the model: the app would know both by names of their own. */
const evitable: ReadonlySet<MappingReason> = new Set([
  'other_content',
  'folder_there',
  'foreign_link',
  'case_clash',
] satisfies MappingReason[]);

class Planner {
  readonly #rules: Rules;
  readonly #snapshot: TargetSnapshot;
  readonly #otherNames: OtherNames;
  readonly #standing: ReadonlyMap<ModelId, readonly StandingLink[]>;
  readonly #names = new Map<string, ReadonlyMap<string, readonly string[]>>();

  constructor(rules: Rules, snapshot: TargetSnapshot, otherNames: OtherNames) {
    this.#rules = rules;
    this.#snapshot = snapshot;
    this.#otherNames = otherNames;
    this.#standing = Map.groupBy(snapshot.standing, ({ modelId }) => modelId);
    for (const [path, state] of snapshot.folders) if (state.kind === 'folder') this.#names.set(path, namesOf(state));
  }

  *plan(models: readonly MappableModel[], assignments: Assignments): Steps<PlannedAction[]> {
    const byId = new Map(models.map((model) => [model.model_id, model]));
    const actions: PlannedAction[] = [];
    for (const [id, assignment] of assignments) {
      yield;
      const model = byId.get(id);
      if (model !== undefined) actions.push(this.#ofModel(model, assignment));
    }
    for (const link of this.#snapshot.standing) {
      yield;
      if (byId.has(link.modelId)) continue;
      const action = this.#ofLeftLink(link);
      if (action !== null) actions.push(action);
    }
    return actions;
  }

  #ofModel(model: MappableModel, assignment: Assignment): PlannedAction {
    if (assignment.kind === 'excluded') return this.#excluded(model, assignment.reason);
    const { place, path } = assignment;
    const isFile = model.bundle_format === 'single_file';
    const link = isFile ? this.#snapshot.support.file : this.#snapshot.support.folder;
    const standing = this.#standing.get(model.model_id) ?? [];
    const made = standing.find((one) => one.link !== 'config' && one.path === path);
    if (made !== undefined && made.state !== 'gone' && made.state !== 'replaced')
      return this.#line(model, this.#ofMade(model, made, link));
    const isEntered = standing.some((one) => one.link === 'config' && one.state !== 'gone');
    if (link !== null && !isEntered) return this.#line(model, this.#named(model, this.#ofFree(path, link, made)));
    const key = place.config_key;
    if (this.#rules.config === undefined || key === undefined || !isFile)
      return this.#excluded(model, 'no_link_possible');
    return this.#line(model, this.#ofConfig(model, `${this.#rules.config.path}#${key}/${splitPath(path).name}`, path));
  }

  /** A link of ours is there. */
  #ofMade(model: MappableModel, made: StandingLink, link: LinkKind | null): Decision {
    const at = { link: made.link, path: made.path };
    if (made.state === 'whole' && made.source === model.path) return { action: 'keep', reason: 'in_place', ...at };
    if (made.state === 'unreachable') return { action: 'conflict', reason: 'unreadable_folder', ...at, at: made.path };
    if (made.link === 'hardlink')
      return made.state === 'whole'
        ? { action: 'keep', reason: 'in_place', ...at }
        : { action: 'conflict', reason: 'stale_hardlink', ...at };
    const blocked = this.#blocked(made.path);
    if (blocked !== null) return { ...blocked, link: made.link };
    return { action: 'broken', reason: 'source_moved', link: link ?? made.link, path: made.path, replaces: made };
  }

  /** Nothing of ours is there: either nothing at all, or something that stays. */
  #ofFree(path: string, link: LinkKind, old: StandingLink | undefined): Decision {
    const blocked = this.#blocked(path);
    if (blocked !== null) return { ...blocked, link };
    const there = this.#namesLike(path);
    if (there.length === 0) return { action: 'create', reason: 'new', link, path, ...(old && { replaces: old }) };
    const { name } = splitPath(path);
    if (!there.includes(name)) return { action: 'conflict', reason: 'case_clash', link, path, at: there[0] ?? name };
    const reason = this.#snapshot.occupants.get(path)?.reason ?? 'other_content';
    return { action: 'conflict', reason, link, path };
  }

  /** The same with another name, where its own is taken and that is wanted; else with the name that it could have. */
  #named(model: MappableModel, decision: Decision): Decision {
    if (decision.action !== 'conflict' || !evitable.has(decision.reason)) return decision;
    const otherPath = this.#otherNames.propose(model, decision.path);
    if (otherPath === null || !this.#otherNames.isWanted(model.model_id)) return { ...decision, otherPath };
    return { action: 'create', reason: 'other_name', link: decision.link, path: otherPath, at: decision.path };
  }

  #ofConfig(model: MappableModel, entry: string, path: string): Decision {
    const at = { link: 'config' as const, path: entry };
    const standing = (this.#standing.get(model.model_id) ?? []).find((one) => one.path === entry);
    if (standing?.state === 'whole' && standing.source === model.path)
      return { action: 'keep', reason: 'in_place', ...at };
    const { config } = this.#snapshot;
    if (config === null || config.kind === 'unusable')
      return { action: 'conflict', reason: 'config_unreadable', ...at, ...(config && { at: config.reason }) };
    if (!canBeEntry(dirname(model.path)))
      return {
        action: 'conflict',
        reason: 'config_unreadable',
        ...at,
        at: 'the name of its folder has a line break or a space at its end.',
      };
    if (standing !== undefined && standing.state !== 'gone')
      return { action: 'broken', reason: 'source_moved', ...at, replaces: standing };
    // The app goes by the name of the file, which an entry can't change.
    if (basename(model.path) !== splitPath(path).name || this.#namesLike(path).length > 0)
      return { action: 'conflict', reason: 'config_name_taken', ...at };
    const old = standing === undefined ? {} : { replaces: standing };
    return { action: 'create', reason: 'new', ...at, ...old };
  }

  /** A link of ours whose model is not in the library any more. */
  #ofLeftLink(link: StandingLink): PlannedAction | null {
    if (link.state === 'gone' || link.state === 'replaced') return null;
    const gone = { model_id: link.modelId, path: link.source, size_bytes: link.sizeBytes };
    const at = { link: link.link, path: link.path };
    if (link.state === 'unreachable')
      return this.#line(gone, { action: 'conflict', reason: 'unreadable_folder', ...at, at: link.path });
    if (link.link === 'hardlink') return this.#line(gone, { action: 'conflict', reason: 'stale_hardlink', ...at });
    const blocked = link.link === 'config' ? null : this.#blocked(link.path);
    if (blocked !== null) return this.#line(gone, { ...blocked, link: link.link });
    return this.#line(gone, { action: 'broken', reason: 'model_gone', ...at, replaces: link });
  }

  #blocked(path: string): Pick<Decision, 'action' | 'reason' | 'path' | 'at'> | null {
    const { folder } = splitPath(path);
    const state = this.#snapshot.folders.get(folder);
    if (state?.kind === 'blocked') return { action: 'conflict', reason: state.reason, path, at: state.at };
    if (state?.kind === 'folder' && !state.isWritable)
      return { action: 'conflict', reason: 'unreadable_folder', path, at: folder };
    return null;
  }

  /** The names in its folder that are the same as a path's, whatever their case. */
  #namesLike(path: string): readonly string[] {
    const { folder, name } = splitPath(path);
    return this.#names.get(folder)?.get(foldedName(name)) ?? [];
  }

  #excluded(model: MappableModel, reason: MappingReason): PlannedAction {
    return {
      action: 'exclude',
      model_id: model.model_id,
      source: model.path,
      target: null,
      other_target: null,
      link: null,
      size_bytes: model.size_bytes,
      reason: reasonSentence(reason, { app: this.#rules.label, path: model.path, at: this.#detailOf(model, reason) }),
      reason_code: reason,
      path: null,
      replaces: null,
    };
  }

  #detailOf(model: MappableModel, reason: MappingReason): string {
    if (reason === 'not_valid') return model.validation_state;
    if (reason === 'no_link_possible') return this.#snapshot.support.reason;
    return model.model_type;
  }

  #line(
    model: Pick<MappableModel, 'model_id' | 'path' | 'size_bytes'>,
    { action, reason, link, path, at, replaces, otherPath = null }: Decision,
  ): PlannedAction {
    return {
      action,
      model_id: model.model_id,
      source: model.path,
      target: targetBelow(this.#snapshot.root, path),
      other_target: otherPath === null ? null : targetBelow(this.#snapshot.root, otherPath),
      link,
      size_bytes: model.size_bytes,
      reason: reasonSentence(reason, { app: this.#rules.label, path, at: at ?? '' }),
      reason_code: reason,
      path,
      replaces: replaces ?? null,
    };
  }
}

function namesOf({ names }: Extract<FolderState, { kind: 'folder' }>): Map<string, string[]> {
  const folded = new Map<string, string[]>();
  for (const { name } of names) {
    const key = foldedName(name);
    const same = folded.get(key);
    if (same === undefined) folded.set(key, [name]);
    else same.push(name);
  }
  return folded;
}
