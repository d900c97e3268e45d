import { createLiveData, serviceAccount } from "@livedata/sdk";
import { fakeCredentials } from "@livedata/sdk/testing";

/**
 * Creates a client of a fake, with its service account and a retry delay of about 1 ms.
 *
 * @param {import("./worlds.js").Api} api the fake
 * @param {import("@livedata/sdk").LiveDataOptions} [options] options to override
 */
export function clientOf(api, options = {}) {
  const { orgId, serviceAccount: account } = fakeCredentials;
  return createLiveData({ orgId, auth: serviceAccount(account), retry: { baseDelay: 1 }, ...api.reach, ...options });
}

/** Filters for people who work at NVIDIA now. @type {import("@livedata/sdk").FilterGroup[]} */
export const atNvidia = [
  {
    operator: "and",
    isJobsGroup: true,
    jobsGroupType: "active",
    filters: [{ type: "must", field: "jobs.company.name", match_type: "exact", string_values: ["NVIDIA"] }],
  },
];

/** In ms. Limits the wait for something that never happens. */
const MAX_WAIT = 5_000;

/**
 * Waits until a condition is met.
 *
 * @param {() => unknown} isMet returns whether it is met, or a promise of that
 */
export async function until(isMet) {
  const started = performance.now();
  while (!(await isMet())) {
    if (performance.now() - started > MAX_WAIT) throw new Error(`the condition was not met within ${MAX_WAIT} ms`);
    await pause(5);
  }
}

/**
 * Waits.
 *
 * @param {number} ms
 */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
