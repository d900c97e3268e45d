import { createLiveData, serviceAccount } from "@livedata/sdk";
import { fakeCredentials } from "@livedata/sdk/testing";

/**
 * A client of an embedded API, which signs in as its service account and pauses for next to nothing.
 *
 * @param {import("./worlds.js").Api} api the embedded API
 * @param {import("@livedata/sdk").LiveDataOptions} [options] what is to be otherwise
 */
export function clientOf(api, options = {}) {
  const { orgId, serviceAccount: account } = fakeCredentials;
  return createLiveData({ orgId, auth: serviceAccount(account), retry: { baseDelay: 1 }, ...api.reach, ...options });
}

/** Who works at NVIDIA now. @type {import("@livedata/sdk").FilterGroup[]} */
export const atNvidia = [
  {
    operator: "and",
    isJobsGroup: true,
    jobsGroupType: "active",
    filters: [{ type: "must", field: "jobs.company.name", match_type: "exact", string_values: ["NVIDIA"] }],
  },
];

/** The longest to wait for something, in ms. What does not happen must not keep a process from its end. */
const LONGEST_WAIT = 5_000;

/**
 * Waits for something that happens behind a call.
 *
 * @param {() => unknown} isSo whether it has happened, or a promise of that
 */
export async function until(isSo) {
  const started = performance.now();
  while (!(await isSo())) {
    if (performance.now() - started > LONGEST_WAIT) throw new Error(`it did not happen within ${LONGEST_WAIT} ms`);
    await pause(5);
  }
}

/**
 * Lets a moment go by.
 *
 * @param {number} ms how long
 */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
