import type { paths } from "../generated/people.js";
import type { CallOptions, ServiceClient } from "../service-client.js";
import type { FilterGroup } from "../types.js";
import { unwrap } from "../unwrap.js";
import { checkAnswer } from "./check-answer.js";

/** Options of {@link count}. */
export type CountOptions = Pick<CallOptions, "retry" | "signal" | "timeout" | "totalTimeout">;

/**
 * Counts the people who match. Free, since it asks for none of them (`size: 0`).
 *
 * @param people `livedata.people`
 * @param filters groups that must all hold; none counts everyone
 * @param options a signal, times and retries for the call
 * @returns Resolves with how many match
 * @throws the LiveDataError of a search
 * @example
 * const engineers = await count(livedata.people, [{ operator: "and", filters: [isEngineer] }]);
 */
export async function count(
  people: Pick<ServiceClient<paths>, "POST">,
  filters: FilterGroup[] = [],
  options: CountOptions = {},
): Promise<number> {
  const result = await people.POST("/search", { ...options, body: { size: 0, filters } });
  const { count } = unwrap(result);
  checkAnswer(typeof count === "number", "an answer without a `count`", result.response);
  return count;
}
