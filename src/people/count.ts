import type { CallOptions, PeopleCalls } from "../calls/types.js";
import { assertResponse, headOf, unwrap } from "../calls/unwrap.js";
import { checkNames, checkPeople } from "../checks.js";
import { CALL_OPTIONS } from "../pipeline/options.js";
import type { FilterGroup } from "../types.js";

/** Options of {@link count}. */
export type CountOptions = Pick<CallOptions, "maxWait" | "retry" | "signal" | "timeout" | "totalTimeout">;

/**
 * Counts the people who match. Free, since it asks for none of them (`size: 0`).
 *
 * @param people `livedata.people`
 * @param filters groups that must all match; without one, everyone matches
 * @param options a signal, timeouts and retries for the call
 * @throws the LiveDataError of a search
 * @example
 * const engineers = await count(livedata.people, [q.currentJob(q.job.title("Engineer"))]);
 */
export async function count(
  people: PeopleCalls,
  filters: readonly FilterGroup[] = [],
  options: CountOptions = {},
): Promise<number> {
  checkPeople(people);
  checkNames(options, CALL_OPTIONS, "count");
  const result = await people.POST("/search", { ...options, body: { size: 0, filters } });
  const { count } = unwrap(result);
  assertResponse(Number.isInteger(count) && count >= 0, "the response has no `count`", headOf(result));
  return count;
}
