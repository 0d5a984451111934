import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { MappingHost } from '../host.ts';
import type { ApplyRecord } from '../ledger/apply-record.ts';
import { Ledger } from '../ledger/ledger.ts';
import { inOwnFolder } from '../ledger/write-failure.ts';
import type { LinkSystem } from '../links/link-system.ts';
import { isUnfinished, recover } from './recover.ts';

export interface OpenedLedger {
  readonly ledger: Ledger;
  /** With its links resolved. */
  readonly libraryPath: string;
}

/** The ledger, read at its first use, with what a kill left in the middle finished. */
export class RecoveredLedger {
  readonly #host: Pick<MappingHost, 'mappingsPath' | 'libraryPath' | 'log'>;
  readonly #links: LinkSystem;
  readonly #unfinished = new Set<ApplyRecord>();
  #opened: Promise<OpenedLedger> | null = null;

  constructor(host: Pick<MappingHost, 'mappingsPath' | 'libraryPath' | 'log'>, links: LinkSystem) {
    this.#host = host;
    this.#links = links;
  }

  open(): Promise<OpenedLedger> {
    const { libraryPath, mappingsPath, log } = this.#host;
    this.#opened ??= inOwnFolder(mappingsPath, async () => {
      const ledger = await Ledger.open(join(mappingsPath, 'applies'), (message, facts) => log(message, facts));
      for (const record of ledger.records) if (isUnfinished(record)) this.#unfinished.add(record);
      await this.#recover(ledger);
      return { ledger, libraryPath: await realpath(libraryPath) };
    });
    this.#opened.catch(() => {
      this.#opened = null;
    });
    return this.#opened;
  }

  /** Tries again what could not be finished before, since its folder was not there. */
  async recoverAgain(): Promise<void> {
    await this.#recover((await this.open()).ledger);
  }

  async #recover(ledger: Ledger): Promise<void> {
    for (const record of this.#unfinished) {
      try {
        if (!(await recover(ledger, record, this.#links))) continue;
        this.#unfinished.delete(record);
        const { app, root, apply_id } = record.head;
        this.#host.log('an apply that was cut short is known again', { apply_id, app, root });
      } catch (error) {
        this.#host.log('an apply that was cut short could not be finished', { error: String(error) });
      }
    }
  }
}
