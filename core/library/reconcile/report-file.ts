import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { ReconcileReport } from '../../contract/library/reconcile.ts';
import { codeOf } from '../system-error.ts';

/** The report of the last reconcile, `<root>/.reconcile.json`: a person may ask for it after a restart. Losing it costs no more than that. */
export class ReportFile {
  readonly #path: string;

  constructor(rootPath: string) {
    this.#path = join(rootPath, '.reconcile.json');
  }

  /** Null where there is none that can be read. */
  async read(): Promise<ReconcileReport | null> {
    try {
      return ReconcileReport.parse(JSON.parse(await readFile(this.#path, 'utf8')));
    } catch (error) {
      if (codeOf(error) !== null || error instanceof SyntaxError || error instanceof z.ZodError) return null;
      throw error;
    }
  }

  async write(report: ReconcileReport): Promise<void> {
    try {
      await writeFileAtomic(this.#path, JSON.stringify(report), { fsync: false });
    } catch (error) {
      if (codeOf(error) === null) throw error;
    }
  }
}
