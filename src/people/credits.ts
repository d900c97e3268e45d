import { type Credits, creditsIn } from "../errors/credit-headers.js";

/**
 * Reads the credits from the headers of a response, which the vendor documents for every success, and for a 402.
 *
 * @param response the `response` of a call
 * @example
 * const result = await livedata.people.POST("/search/preview", { body });
 * const { cost } = credits(result.response);
 */
export function credits({ headers }: Response): Credits {
  return creditsIn(headers);
}
