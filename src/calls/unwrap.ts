import { ProtocolError } from "../errors/classes.js";
import { responseError } from "../errors/response-error.js";
import { callOf, errorDetails } from "../pipeline/call.js";

/** Result of a call of an openapi-fetch client. */
export type CallResult =
  | { readonly data: unknown; readonly error?: never; readonly response: Response }
  | { readonly data?: never; readonly error: unknown; readonly response: Response };

/** The data of a successful call. */
export type DataOf<Result extends CallResult> = Result extends { readonly data: infer Data } ? Data : never;

/**
 * Returns the data of a call, or throws the error in its place.
 *
 * @param result what the call resolved with, or the call itself
 * @returns the data, typed as the success in the OpenAPI document
 * @throws the LiveDataError of the response's status; a ProtocolError for a success without a body or, given the call
 *   itself, with a body that is not JSON
 * @example
 * const { people, count } = unwrap(await livedata.people.POST("/search", { body: { size: 10 } }));
 */
export function unwrap<Result extends CallResult>(result: Result): DataOf<Result>;
export function unwrap<Result extends CallResult>(call: Promise<Result>): Promise<DataOf<Result>>;
export function unwrap(result: CallResult | Promise<CallResult>): unknown {
  if (!(result instanceof Promise)) return dataOf(result);
  // An openapi-fetch client of the user's own throws the parser's error as it is.
  return result.then(dataOf, (error) => Promise.reject(error instanceof SyntaxError ? notJson() : error));
}

/** Asserts that a response has the form that a helper relies on. The fault must hold nothing of the body. */
export function assertResponse(holds: boolean, fault: string, response: Response): asserts holds {
  if (holds) return;
  throw new ProtocolError(`${response.status}: ${fault}`, errorDetails({ ...callOf(response), response }));
}

/** Returns the error of a body that is not JSON. The parser's own error quotes the body, which names people. */
export function notJson(details = {}): ProtocolError {
  return new ProtocolError("the response body is not JSON", details);
}

function dataOf({ data, error, response }: CallResult): unknown {
  if (!response.ok) throw responseError(response, error, callOf(response));
  assertResponse(data !== undefined, "the response has no body, but the OpenAPI document promises one", response);
  return data;
}
