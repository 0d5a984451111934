import { randomUUID } from 'node:crypto';
import { Failed } from '../../contract/failure.ts';
import type { AppRules } from '../rules/read-rules.ts';
import type { PlannedAction, PlanWish } from './plan-mapping.ts';
import type { TargetSnapshot } from './snapshot.ts';

/** Plans that can still be looked at and carried out; one of 10,000 models takes some megabytes. */
const keptPlans = 8;

export interface KeptPlan {
  readonly id: string;
  readonly rules: AppRules;
  readonly root: string;
  readonly createdAt: string;
  readonly wish: PlanWish;
  readonly evidence: readonly string[];
  readonly snapshot: TargetSnapshot;
  readonly actions: readonly PlannedAction[];
}

/** The plans that were made last. */
export class KeptPlans {
  readonly #plans = new Map<string, KeptPlan>();

  keep(plan: Omit<KeptPlan, 'id'>): KeptPlan {
    const kept = { ...plan, id: randomUUID() };
    this.#plans.set(kept.id, kept);
    const oldest = this.#plans.keys().next();
    if (this.#plans.size > keptPlans && !oldest.done) this.#plans.delete(oldest.value);
    return kept;
  }

  /** Throws `not_found`. */
  find(id: string): KeptPlan {
    const plan = this.#plans.get(id);
    if (plan === undefined) throw new Failed('not_found', { what: 'plan (it may be too old: preview again)', id });
    return plan;
  }

  drop(id: string): void {
    this.#plans.delete(id);
  }
}

/** Why a plan is not what it was, in a sentence; null when it is. */
export function differenceBetween(before: readonly PlannedAction[], now: readonly PlannedAction[]): string | null {
  if (before.length !== now.length) return `There were ${before.length} lines and are ${now.length}.`;
  for (const [index, action] of now.entries()) {
    const old = before[index];
    if (old === undefined || !isSame(old, action))
      return `${action.model_id}: ${action.action}, ${action.reason} (It was: ${old?.action ?? 'nothing'}.)`;
  }
  return null;
}

function isSame(a: PlannedAction, b: PlannedAction): boolean {
  return (
    a.model_id === b.model_id &&
    a.action === b.action &&
    a.source === b.source &&
    a.target === b.target &&
    a.link === b.link &&
    a.reason_code === b.reason_code &&
    a.replaces?.applyId === b.replaces?.applyId &&
    a.replaces?.index === b.replaces?.index
  );
}
