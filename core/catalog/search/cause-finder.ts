import { z } from 'zod';
import type { Cause, CauseQuery, FindingPage, ModelFinding } from '../../contract/cause.ts';
import { Finding, FindingCode, findingSeverity } from '../../contract/library/finding.ts';
import { ModelSummary } from '../../contract/library/model.ts';
import type { KeptAnswers } from './kept-answers.ts';

const exampleCount = 6;

/** Answers what is wrong, by cause. */
export class CauseFinder {
  readonly #index: KeptAnswers;

  constructor(index: KeptAnswers) {
    this.#index = index;
  }

  /** Errors first, then warnings, drives that are away last; of each the cause with the most models first. */
  causes(): Cause[] {
    return this.#groups()
      .map(({ code, drive, ...counts }) => ({
        code,
        severity: findingSeverity[code],
        drive: drive === '' ? null : drive,
        ...counts,
        examples: this.#page({ code, drive, limit: exampleCount, offset: 0 }),
      }))
      .sort((a, b) => rankOf(a) - rankOf(b) || b.model_count - a.model_count || a.code.localeCompare(b.code));
  }

  findings({ code, drive = '', limit, offset }: CauseQuery): FindingPage {
    const group = this.#groups().find((known) => known.code === code && known.drive === drive);
    return { findings: this.#page({ code, drive, limit, offset }), total: group?.finding_count ?? 0 };
  }

  #groups(): readonly Group[] {
    return this.#index.keep('causes', () =>
      Group.array().parse(
        this.#index
          .statement(
            `SELECT code, drive, count(DISTINCT row) AS model_count, count(*) AS finding_count FROM model_findings
              GROUP BY code, drive`,
          )
          .all(),
      ),
    );
  }

  #page({ code, drive, limit, offset }: CauseQuery & { readonly drive: string }): ModelFinding[] {
    const rows = this.#index
      .statement(
        `SELECT summary, finding FROM
          (SELECT row, position, finding FROM model_findings WHERE code = ? AND drive = ? ORDER BY row, position LIMIT ? OFFSET ?)
          JOIN model_summaries USING (row) ORDER BY row, position`,
      )
      .all(code, drive, limit, offset);
    return FindingRow.array()
      .parse(rows)
      .map(({ summary, finding }) => ({
        model: ModelSummary.parse(JSON.parse(summary)),
        finding: Finding.parse(JSON.parse(finding)),
      }));
  }
}

function rankOf({ code, severity }: Pick<Cause, 'code' | 'severity'>): number {
  if (code === 'volume_offline') return 2;
  return severity === 'error' ? 0 : 1;
}

const Group = z.object({ code: FindingCode, drive: z.string(), model_count: z.int(), finding_count: z.int() });
type Group = z.infer<typeof Group>;
const FindingRow = z.object({ summary: z.string(), finding: z.string() });
