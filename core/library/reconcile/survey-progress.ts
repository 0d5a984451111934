import type { SurveyProgress } from '../worker/messages.ts';
import type { Confirmed, Pause } from './plan-reconcile.ts';

/** Few enough that the thread which takes them, a row of the index each, is not held up. */
const mostAtOnce = 100;
const mostMs = 250;
/** How many models with findings a report names. */
const namedFindings = 1000;

/** Hands on what a survey confirms, some at a time. */
export class SurveyProgressBatches {
  readonly #tell: (progress: SurveyProgress) => void;
  #confirmed: SurveyProgress['confirmed'] = [];
  #findings: SurveyProgress['findings'] = [];
  #compared = 0;
  #toldCompared = 0;
  #named = 0;
  #toldMs = performance.now();

  constructor(tell: (progress: SurveyProgress) => void) {
    this.#tell = tell;
  }

  add(fact: Confirmed | Pause): void {
    if (fact.kind === 'pause') this.#compared = Math.max(this.#compared, fact.compared);
    else {
      const { id, indexed, stamp, findings } = fact;
      this.#confirmed.push({ id, indexed, stamp });
      if (findings.length > 0 && this.#named < namedFindings) {
        this.#findings.push({ model_id: id, findings: [...findings] });
        this.#named += 1;
      }
    }
    if (this.#confirmed.length >= mostAtOnce || performance.now() - this.#toldMs >= mostMs) this.flush();
  }

  /** To be called at the end. */
  flush(): void {
    this.#toldMs = performance.now();
    if (this.#confirmed.length === 0 && this.#compared === this.#toldCompared) return;
    this.#toldCompared = this.#compared;
    this.#tell({ compared: this.#compared, confirmed: this.#confirmed, findings: this.#findings });
    this.#confirmed = [];
    this.#findings = [];
  }
}
