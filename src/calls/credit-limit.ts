import { readCredits } from "../credits.js";
import { CreditLimitError } from "../errors/classes.js";
import type { ResponseHead } from "../errors/response-error.js";
import { callOf } from "../pipeline/call.js";
import { budgetOf, type CreditBudget, type CreditReservation } from "./credit-budget.js";
import { assertResponse, headOf, type PlainResult } from "./unwrap.js";

/** A call with a `maxCredits`. */
export interface LimitedCall {
  readonly operation: string;
  readonly maxCredits: CreditBudget | number;
  /** The body as it will be sent. */
  readonly body: unknown;
  /** The path of its free preview; undefined if the API has none. */
  readonly preview: string | undefined;
  /** Calls the preview with the same body. */
  readonly callPreview: (path: string) => Promise<PlainResult>;
}

/**
 * Reserves the cost of a call before it is made. If the API has no preview of it, the maximum counts.
 *
 * @returns the reservation; the preview's own result if the preview failed
 * @throws CreditLimitError if it would cost too much; ProtocolError if the preview does not say what it costs
 */
export async function reserveCost(call: LimitedCall): Promise<CreditReservation | PlainResult> {
  const { operation, maxCredits, body, preview, callPreview } = call;
  const budget = budgetOf(maxCredits);
  const { limit, name } = budget;
  let cost = preview ? 0 : await maxCost(body);
  if (preview) {
    const result = await callPreview(preview);
    const response = headOf(result);
    if (!response.ok) return result;
    const previewed = readCredits(response.headers).cost;
    assertResponse(previewed !== undefined, "the preview has no cost: nothing was charged", response);
    cost = previewed;
  }
  const reservation = await budget.reserve({ most: cost, least: cost, operation });
  if (reservation) return reservation;
  const estimate = preview ? "would cost" : "may cost up to";
  const left =
    name === undefined ? `\`maxCredits\` is ${limit}` : `the budget \`${name}\` has fewer left of its ${limit}`;
  throw new CreditLimitError(
    `${estimate} ${cost} ${cost === 1 ? "credit" : "credits"}, but ${left}: nothing was charged`,
    { operation, attempts: 0, cost, limit },
  );
}

/**
 * Returns the most credits that a call may have spent. If it was retried, a lost response may have been charged for.
 *
 * @param people how many people the response has
 * @param lost what each lost response may have cost; omit it if a retry asks for the same people, which the last response
 *   then reports as already paid for
 */
export function creditsSpent(response: ResponseHead, people: number, lost?: number): number {
  const { used = people } = readCredits(response.headers);
  const { lostResponses = 0 } = callOf(response);
  if (lost === undefined) return lostResponses > 0 ? Math.max(used, people) : used;
  return used + lostResponses * lost;
}

/** A lookup costs at most one credit for each id, fetching one person at most one. Unknown for a body that is not JSON. */
async function maxCost(body: unknown): Promise<number> {
  if (body === undefined) return 1;
  try {
    const { ids } = await new Response(body as BodyInit).json();
    return Array.isArray(ids) ? new Set(ids).size : 1;
  } catch {
    return Infinity;
  }
}
