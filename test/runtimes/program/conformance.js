// Must be the first import, to observe the import of the SDK.
import "./watch-import.js";
import { authCases } from "./cases/auth.js";
import { callCases } from "./cases/calls.js";
import { endingCases } from "./cases/endings.js";
import { errorCases } from "./cases/errors.js";
import { peopleCases } from "./cases/people.js";
import { platformCases } from "./cases/platform.js";
import { retryCases } from "./cases/retries.js";
import { resetClock } from "./clock.js";
import { endWatch } from "./watch-import.js";
import { inMemory, overSockets } from "./worlds.js";

const didOnImport = endWatch();

/**
 * Facts about the platform, and its non-standard features.
 *
 * @typedef {object} Platform
 * @property {string[]} [lacks] globals that it must not have, such as `process`
 * @property {((value: unknown) => string)[]} [inspectors] format a value as the platform logs it
 * @property {Record<string, string | undefined>} [env] its environment variables
 * @property {any} [otherCopy] a second copy of the SDK: the CommonJS build if this is the ESM build, and vice versa
 */

/**
 * Context of a case.
 *
 * @typedef {object} Around
 * @property {(options?: object) => Promise<import("./worlds.js").Api>} open starts a fake
 * @property {boolean} isInMemory
 * @property {Platform} platform
 * @property {readonly string[]} didOnImport side effects of importing the SDK
 */

/** @typedef {Record<string, (around: Around) => Promise<string | void>>} Cases */

/** @typedef {{ name: string, ok: boolean, detail: string }} Result */

/** In ms. Longer than any wait inside a case, so that the case itself reports what is missing. */
const MAX_CASE_TIME = 10_000;

/** @type {Cases} */
const cases = {
  ...platformCases,
  ...authCases,
  ...callCases,
  ...retryCases,
  ...endingCases,
  ...peopleCases,
  ...errorCases,
};

/**
 * Runs all cases on the current platform.
 *
 * @param {string} [controlUrl] control server that starts fakes on sockets; without it they are in memory
 * @param {Platform} [platform]
 * @returns {Promise<Result[]>} the result of each case
 */
export async function conformance(controlUrl, platform = {}) {
  const world = controlUrl === undefined ? inMemory : overSockets(controlUrl);
  const results = [];
  for (const [name, run] of Object.entries(cases)) results.push(await runCase(name, run, world, platform));
  return results;
}

/**
 * @param {string} name
 * @param {Cases[string]} run
 * @param {import("./worlds.js").World} world
 * @param {Platform} platform
 * @returns {Promise<Result>}
 */
async function runCase(name, run, { isInMemory, open }, platform) {
  /** @type {import("./worlds.js").Api[]} */
  const opened = [];
  const around = {
    isInMemory,
    platform,
    didOnImport,
    // 150 people are enough to page through, and quick to generate.
    async open(options = {}) {
      const api = await open({ people: 150, ...options });
      opened.push(api);
      return api;
    },
  };
  try {
    return { name, ok: true, detail: (await withTimeout(run(around))) ?? "" };
  } catch (error) {
    return { name, ok: false, detail: describe(error) };
  } finally {
    resetClock();
    await Promise.all(opened.map((api) => api.close()));
  }
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
async function withTimeout(promise) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const timeout = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the case did not end within ${MAX_CASE_TIME} ms`)), MAX_CASE_TIME);
  });
  return /** @type {Promise<T>} */ (Promise.race([promise, timeout])).finally(() => clearTimeout(timer));
}

/** @param {unknown} error */
function describe(error) {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause})` : "";
  return `${error.stack?.includes(error.message) ? error.stack : `${error}\n${error.stack}`}${cause}`;
}
