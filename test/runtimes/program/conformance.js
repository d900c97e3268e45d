// First, so that it sees the SDK being imported.
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
 * What is to be known of the platform, and what it has that is of no standard.
 *
 * @typedef {object} Platform
 * @property {string[]} [lacks] globals that others have, such as `process`
 * @property {((value: unknown) => string)[]} [inspectors] how it shows a value in a log
 * @property {Record<string, string | undefined>} [env] its environment
 * @property {any} [otherCopy] the SDK once more: the ESM copy where this is the CommonJS one, or the other way round
 */

/**
 * What a case may use.
 *
 * @typedef {object} Around
 * @property {(options?: object) => Promise<import("./worlds.js").Api>} open opens an embedded API
 * @property {boolean} isInMemory
 * @property {Platform} platform
 * @property {readonly string[]} didOnImport what importing the SDK did to the platform
 */

/** @typedef {Record<string, (around: Around) => Promise<string | void>>} Cases */

/** @typedef {{ name: string, ok: boolean, detail: string }} Result */

/** Longer than any case waits for what is to come, so that it fails by itself where it does not. */
const LONGEST_CASE = 10_000;

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
 * Tries everything that the SDK promises, on whatever platform this runs.
 *
 * @param {string} [controlUrl] where embedded APIs are opened that listen on sockets; they are in memory without it
 * @param {Platform} [platform] what is to be known of it
 * @returns {Promise<Result[]>} resolves with what became of each case
 */
export async function conformance(controlUrl, platform = {}) {
  const world = controlUrl === undefined ? inMemory : overSockets(controlUrl);
  const results = [];
  for (const [name, run] of Object.entries(cases)) results.push(await tryCase(name, run, world, platform));
  return results;
}

/**
 * @param {string} name
 * @param {Cases[string]} run
 * @param {import("./worlds.js").World} world
 * @param {Platform} platform
 * @returns {Promise<Result>}
 */
async function tryCase(name, run, { isInMemory, open }, platform) {
  /** @type {import("./worlds.js").Api[]} */
  const opened = [];
  const around = {
    isInMemory,
    platform,
    didOnImport,
    // Enough to page through, and made in a moment.
    async open(options = {}) {
      const api = await open({ people: 150, ...options });
      opened.push(api);
      return api;
    },
  };
  try {
    return { name, ok: true, detail: (await inTime(run(around))) ?? "" };
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
async function inTime(promise) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${LONGEST_CASE} ms`)), LONGEST_CASE);
  });
  return /** @type {Promise<T>} */ (Promise.race([promise, late])).finally(() => clearTimeout(timer));
}

/** @param {unknown} error */
function describe(error) {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause})` : "";
  return `${error.stack?.includes(error.message) ? error.stack : `${error}\n${error.stack}`}${cause}`;
}
