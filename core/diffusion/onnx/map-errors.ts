import { Failed } from '../../contract/failure.ts';

/** Runs what calls the runtime or loads weights for it: errors become `oom` or `model_load_failed`, failures stay what they are. */
export async function mapErrors<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Failed) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const code = /bad_alloc|out of memory|failed to allocate|allocation failed|not enough memory/i.test(reason)
      ? 'oom'
      : 'model_load_failed';
    throw new Failed(code, { reason }, { cause: error });
  }
}
