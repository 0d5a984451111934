import type { AppEvent } from '../../contract/event.ts';
import { type LibraryHost, timingOf } from '../host.ts';

type Phase = Extract<AppEvent, { readonly kind: 'reconcile_progressed' }>['phase'];

/** Tells of a reconcile that takes long, now and then: of one that is over at once nobody hears. */
export class ReconcileProgress {
  readonly #host: Pick<LibraryHost, 'emit' | 'timing'>;
  #toldMs = performance.now();

  constructor(host: Pick<LibraryHost, 'emit' | 'timing'>) {
    this.#host = host;
  }

  tell(phase: Phase, done: number, total: number): void {
    if (done >= total || performance.now() - this.#toldMs < timingOf(this.#host).taskEventMs) return;
    this.#toldMs = performance.now();
    this.#host.emit({ kind: 'reconcile_progressed', phase, done_count: done, total_count: total });
  }
}
