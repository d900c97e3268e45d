/**
 * Fails unless something holds.
 *
 * @param {unknown} condition what is to hold
 * @param {string} what says it in words
 * @returns {asserts condition}
 */
export function ok(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
}

/**
 * Fails unless two values are the same, as JSON writes them.
 *
 * @param {unknown} actual what came
 * @param {unknown} expected what was to come
 * @param {string} what names it
 */
export function same(actual, expected, what) {
  const [came, due] = [actual, expected].map((value) => JSON.stringify(value) ?? "undefined");
  if (came !== due) throw new Error(`${what}: ${shortened(came)} in place of ${shortened(due)}`);
}

/**
 * Fails unless a promise is rejected.
 *
 * @param {PromiseLike<unknown>} promise what is to be rejected
 * @returns {Promise<any>} resolves with the reason
 */
export async function rejection(promise) {
  const outcome = await Promise.resolve(promise).then(
    () => undefined,
    (reason) => ({ reason }),
  );
  if (!outcome) throw new Error("there was no error");
  return outcome.reason;
}

/**
 * Fails unless a function throws.
 *
 * @param {() => unknown} run what is to throw
 * @returns {any} what it threw
 */
export function thrown(run) {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("there was no error");
}

/** @param {string} text */
function shortened(text) {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
