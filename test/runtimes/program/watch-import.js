/** Imported before the SDK, to record side effects of its import. Server platforms forbid or bill these. */

const scope = /** @type {any} */ (globalThis);
/** @type {string[]} */
const seen = [];

// Accessed before the snapshot, because a platform may create globals lazily at their first use.
const prototypes = [Object, Array, Promise, Error, Request, Response, Headers, AbortSignal].map(
  ({ name, prototype }) => /** @type {const} */ ([name, prototype, Reflect.ownKeys(prototype).length]),
);
const originals = ["fetch", "setTimeout", "setInterval", "queueMicrotask", "addEventListener"]
  .filter((name) => typeof scope[name] === "function")
  .map((name) => /** @type {const} */ ([name, scope[name], Object.hasOwn(scope, name)]));
const before = new Set([...Reflect.ownKeys(scope), ...originals.map(([name]) => name)]);

for (const [name, original] of originals) {
  scope[name] = (/** @type {unknown[]} */ ...args) => {
    seen.push(`called ${name}`);
    return original(...args);
  };
}

/**
 * Stops watching. Call it once, right after all imports.
 *
 * @returns {string[]} the side effects of the imports
 */
export function endWatch() {
  for (const [name, original, isOwn] of originals) {
    if (isOwn) scope[name] = original;
    else delete scope[name];
  }
  const added = Reflect.ownKeys(scope).filter((key) => !before.has(key));
  const changed = prototypes.filter(([, prototype, size]) => Reflect.ownKeys(prototype).length !== size);
  return [
    ...seen,
    ...added.map((key) => `added the global ${String(key)}`),
    ...changed.map(([name]) => `changed ${name}.prototype`),
  ];
}
