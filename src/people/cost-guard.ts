import { CreditLimitError } from "../errors/credit-limit-error.js";
import { ProtocolError } from "../errors/protocol-error.js";
import { detailsOf } from "../errors/response-error.js";
import type { CallResult } from "../unwrap.js";
import { checkLimit } from "./check-options.js";
import { credits } from "./credits.js";

/** A call that may cost so much and no more. */
export interface GuardedCall {
  readonly operation: string;
  readonly maxCredits: number;
  readonly body: unknown;
  /** The path that tells what it would cost; undefined where the API has none. */
  readonly preview: string | undefined;
  /** Asks there, with the same body. */
  readonly ask: (preview: string) => Promise<CallResult>;
}

/**
 * Sees to it that a call costs no more than it may, before it is made. Where the API has no preview of it, it goes by
 * the most that the call could cost.
 *
 * @param call the call
 * @returns Resolves with undefined where the call may be made, and with the preview's own outcome where that failed
 * @throws a CreditLimitError where it would cost too much; a ProtocolError where the preview does not tell the cost
 */
export async function checkCost(call: GuardedCall): Promise<CallResult | undefined> {
  const { operation, maxCredits, body, preview, ask } = call;
  checkLimit("maxCredits", maxCredits);
  let cost: number | undefined = highestCost(body);
  if (preview) {
    const result = await ask(preview);
    if (!result.response.ok) return result;
    cost = credits(result.response).cost;
    if (cost === undefined) {
      throw new ProtocolError("the preview did not tell the cost: nothing was charged", detailsOf(result.response));
    }
  }
  if (cost <= maxCredits) return undefined;
  const message = `${preview ? "would cost" : "may cost up to"} ${cost} credits, and \`maxCredits\` allows ${maxCredits}: nothing was charged`;
  throw new CreditLimitError(message, { operation, attempts: 0, cost, limit: maxCredits });
}

/** A lookup costs as many credits as it has ids, less those paid for already; to fetch one person costs one. */
function highestCost(body: unknown): number {
  const { ids } = (body ?? {}) as { ids?: unknown };
  return Array.isArray(ids) ? new Set(ids).size : 1;
}
