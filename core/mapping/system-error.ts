/** The code of an error that the operating system gave (`ENOENT`), or null for any other. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'errno' in error
    ? error.code
    : null;
}

/** Passes on what the system did not answer: that is a bug. Gives the system's code. */
export function systemCode(error: unknown): string {
  const code = codeOf(error);
  if (code === null) throw error;
  return code;
}
