/**
 * Throws unless a condition is truthy.
 *
 * @param {unknown} condition
 * @param {string} what the condition in words, for the message
 * @returns {asserts condition}
 */
export function ok(condition, what) {
  if (!condition) throw new Error(`expected: ${what}`);
}

/**
 * Throws unless two values have the same JSON.
 *
 * @param {unknown} actual
 * @param {unknown} expected
 * @param {string} what name of the value, for the message
 */
export function same(actual, expected, what) {
  const [actualJson, expectedJson] = [actual, expected].map((value) => JSON.stringify(value) ?? "undefined");
  if (actualJson !== expectedJson) {
    throw new Error(`${what}: expected ${shortened(expectedJson)}, got ${shortened(actualJson)}`);
  }
}

/**
 * Throws unless a promise rejects.
 *
 * @param {PromiseLike<unknown>} promise
 * @returns {Promise<any>} the reason of the rejection
 */
export async function rejection(promise) {
  const outcome = await Promise.resolve(promise).then(
    () => undefined,
    (reason) => ({ reason }),
  );
  if (!outcome) throw new Error("expected a rejection, but the promise resolved");
  return outcome.reason;
}

/**
 * Throws unless a function throws.
 *
 * @param {() => unknown} run
 * @returns {any} the error that it threw
 */
export function thrown(run) {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("expected an error, but the function returned");
}

/** @param {string} text */
function shortened(text) {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
