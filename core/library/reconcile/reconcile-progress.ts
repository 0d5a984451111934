import type { AppEvent } from '../../contract/event.ts';
import { type LibraryHost, timingOf } from '../host.ts';

type Phase = Extract<AppEvent, { readonly kind: 'reconcile_progressed' }>['phase'];

/** Tells of a reconcile that takes long, now and then: of one that is over at once nobody hears. */
export class ReconcileProgress {
  readonly #host: LibraryHost;
  #toldMs = performance.now();

  constructor(host: LibraryHost) {
    this.#host = host;
  }

  tell(phase: Phase, done: number, total: number): void {
    if (performance.now() - this.#toldMs < timingOf(this.#host).taskEventMs) return;
    this.#toldMs = performance.now();
    // Models that came meanwhile are looked at too.
    this.#host.emit({ kind: 'reconcile_progressed', phase, done_count: done, total_count: Math.max(done, total) });
  }
}
