import { type FailureCode, failures } from '../../../core/contract/failure.ts';

/** What failed, to what, and what to do: the core's own sentences, which are English. A `{fact}` is one of the failure's details. */
export const failure = Object.fromEntries(
  Object.entries(failures).map(([code, { sentence }]) => [code, sentence]),
) as Readonly<Record<FailureCode, string>>;
