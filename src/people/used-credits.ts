import { descriptionOf } from "../errors/response-error.js";
import { credits } from "./credits.js";

/**
 * The most credits that a call may have used. Where it was retried, an answer that was lost may have been charged for, and
 * the last one tells that nobody is new.
 *
 * @param response the response of the call
 * @param people how many people it gave
 */
export function usedCredits(response: Response, people: number): number {
  const { used = people } = credits(response);
  return descriptionOf(response).mayHaveLostAnswer ? Math.max(used, people) : used;
}
