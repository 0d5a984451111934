/** Fails with a sentence when what is waited for does not come: a measurement that hangs says nothing. */
export async function within<Value>(limitMs: number, what: string, coming: Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Waited ${limitMs / 1000} s in vain for ${what}.`)), limitMs);
  try {
    return await Promise.race([coming, promise]);
  } finally {
    clearTimeout(timer);
  }
}
