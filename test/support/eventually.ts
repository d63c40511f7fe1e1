const PAUSE_MS = 10;

/**
 * Waits until the check passes, that is returns without throwing. Generous by default: a busy machine is no failure.
 *
 * @throws what the check threw last, once `withinMs` have gone by.
 */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 20_000): Promise<T> {
  const endsAt = performance.now() + withinMs;
  for (;;) {
    try {
      return await ended(check(), Math.max(endsAt - performance.now(), 0));
    } catch (error) {
      if (performance.now() >= endsAt) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** A check that never ends may not hold the test up either. */
async function ended<T>(work: T | Promise<T>, withinMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`There was no result within ${Math.round(withinMs)} ms.`));
    }, withinMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
