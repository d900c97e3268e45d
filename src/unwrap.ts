import { ProtocolError } from "./errors/protocol-error.js";
import { detailsOf, responseError } from "./errors/response-error.js";

/** What a call of an openapi-fetch client resolves with. */
export type CallResult =
  | { readonly data: unknown; readonly error?: never; readonly response: Response }
  | { readonly data?: never; readonly error: unknown; readonly response: Response };

/** The data of a call that succeeded. */
export type DataOf<Result extends CallResult> = Result extends { readonly data: infer Data } ? Data : never;

/**
 * The data of a call, or an exception in place of its error.
 *
 * @param result what the call resolved with, or the call itself
 * @returns the data, of the type that the operation's success has in the API's document
 * @throws the LiveDataError that stands for the response's status; a ProtocolError for a success without a body, or,
 *   given the call itself, with one that is not JSON
 * @example
 * const { people, count } = unwrap(await livedata.people.POST("/search", { body: { size: 10 } }));
 */
export function unwrap<Result extends CallResult>(result: Result): DataOf<Result>;
export function unwrap<Result extends CallResult>(call: Promise<Result>): Promise<DataOf<Result>>;
export function unwrap(result: CallResult | Promise<CallResult>): unknown {
  return result instanceof Promise ? result.then(dataOf, refuseBody) : dataOf(result);
}

/** An openapi-fetch client of the user's own throws the parser's error as it is, which quotes the body. */
function refuseBody(error: unknown): never {
  throw error instanceof SyntaxError ? new ProtocolError("the API answered with a body that is not JSON") : error;
}

function dataOf({ data, error, response }: CallResult): unknown {
  if (!response.ok) throw responseError(response, error);
  if (data !== undefined) return data;
  const message = `${response.status}: a success without the body that the API's documents promise`;
  throw new ProtocolError(message, detailsOf(response));
}
