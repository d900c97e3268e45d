import { checkLimit, isRecord } from "../checks.js";
import { readCredits } from "../credits.js";
import { ConfigurationError, isLiveDataError } from "../errors/classes.js";
import type { ResponseHead } from "../errors/response-error.js";
import { callOf } from "../pipeline/call.js";
import { headOf, type PlainResult } from "./unwrap.js";

/** Credits that several callers share, such as `fleet.budget(…)`. Accepted wherever `maxCredits` is. */
export interface CreditBudget {
  /** What errors call it; undefined for the number of a `maxCredits`. */
  readonly name?: string | undefined;
  /** How many credits may be spent in all. */
  readonly limit: number;
  /**
   * Reserves credits before a request. They count as spent at once.
   *
   * @returns a reservation of as many as are left, at most `most`; undefined if fewer than `least` are left
   * @throws CreditLimitError if the budget cannot be asked: it then refuses
   */
  reserve(request: CreditRequest): Promise<CreditReservation | undefined>;
}

/** The credits that a request asks for. */
export interface CreditRequest {
  /** How many it would use if they are left. */
  readonly most: number;
  /** How many it needs. */
  readonly least: number;
  /** Method and path of its operation, for the error. */
  readonly operation: string;
}

/** Credits that are reserved for one request. */
export interface CreditReservation {
  readonly credits: number;
  /**
   * Ends the reservation: what was not used returns to the budget. Never rejects; what it could not return stays spent.
   *
   * @param used how many credits the request used; 0 if it was not sent
   */
  settle(used: number): Promise<void>;
}

/**
 * Returns the budget of a `maxCredits`. A number is a new budget of its own.
 *
 * @throws ConfigurationError if it is neither a limit nor a budget
 */
export function budgetOf(maxCredits: CreditBudget | number): CreditBudget {
  if (isRecord(maxCredits) && typeof maxCredits["reserve"] === "function") return maxCredits as CreditBudget;
  if (typeof maxCredits !== "number")
    throw new ConfigurationError("`maxCredits` must be a number of credits, or a budget, such as `fleet.budget(…)`");
  const limit = checkLimit(maxCredits, "maxCredits");
  let spent = 0;
  return {
    limit,
    async reserve({ most, least }) {
      const credits = Math.min(most, Math.max(0, limit - spent));
      if (credits < least) return undefined;
      spent += credits;
      return {
        credits,
        async settle(used) {
          spent += used - credits;
        },
      };
    },
  };
}

/** Returns the most credits that a call may have used by its response. A lost response may have been charged for. */
export function creditsUsed(response: ResponseHead, reserved: number): number {
  const { ok, status, headers } = response;
  const { used = ok ? reserved : 0 } = readCredits(headers);
  const { lostResponses = 0 } = callOf(response);
  // The API may have carried out what it failed to respond to.
  if (status >= 500 || status === 408) return reserved;
  return used + lostResponses * reserved;
}

/**
 * Makes a request on reserved credits, and settles them. They stay spent if it is unknown what the request used.
 *
 * @param call the request
 * @param read takes the result, and says what it used
 * @throws what the request or `read` throws
 */
export async function spend<Result extends PlainResult, Outcome extends { readonly credits: number }>(
  reservation: CreditReservation,
  call: Promise<Result>,
  read: (result: Result) => Outcome,
): Promise<Outcome> {
  let used = reservation.credits;
  try {
    const result = await call;
    used = creditsUsed(headOf(result), reservation.credits);
    const outcome = read(result);
    used = outcome.credits;
    return outcome;
  } catch (error) {
    // An error of the session counts the requests for it.
    if (isLiveDataError(error) && (callOf(error).attempts ?? error.attempts) === 0) used = 0;
    throw error;
  } finally {
    await reservation.settle(used);
  }
}
