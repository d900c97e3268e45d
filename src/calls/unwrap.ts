import { ProtocolError } from "../errors/classes.js";
import { responseError } from "../errors/response-error.js";
import { callOf, errorDetails } from "../pipeline/call.js";

/** What a call of an openapi-fetch client resolves with. */
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
  return result instanceof Promise ? result.then(dataOf, refuseBody) : dataOf(result);
}

/** Requires that a response has the form that a helper relies on. The fault must hold nothing of the body. */
export function checkResponse(holds: boolean, fault: string, response: Response): void {
  if (holds) return;
  throw new ProtocolError(`${response.status}: ${fault}`, errorDetails({ ...callOf(response), response }));
}

/** An openapi-fetch client of the user's own throws the parser's error as it is, which quotes the body. */
function refuseBody(error: unknown): never {
  throw error instanceof SyntaxError ? notJson() : error;
}

/** Makes the error of a body that is not JSON. The parser's own error quotes the body, which names people. */
export function notJson(details = {}): ProtocolError {
  return new ProtocolError("the response body is not JSON", details);
}

function dataOf({ data, error, response }: CallResult): unknown {
  if (!response.ok) throw responseError(response, error, callOf(response));
  checkResponse(data !== undefined, "the response has no body, but the OpenAPI document promises one", response);
  return data;
}
