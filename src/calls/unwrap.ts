import { hasName, isRecord } from "../checks.js";
import { ProtocolError } from "../errors/classes.js";
import { type ResponseHead, responseError } from "../errors/response-error.js";
import { callOf, errorDetails } from "../pipeline/call.js";
import { privateSlot } from "../private-slot.js";
import { rememberMetadata } from "./metadata.js";

/** Result of a call of an openapi-fetch client. */
export type CallResult =
  | { readonly data: unknown; readonly error?: never; readonly response: Response }
  | { readonly data?: never; readonly error: unknown; readonly response: Response };

/** The same inside of the SDK, where the response need not be one of the platform. */
export interface PlainResult {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: ResponseHead;
}

/** What is known of the response of a result without building it. */
const heads = privateSlot<ResponseHead>();

/** Makes the result of a path call, whose Response is only built if somebody asks for it. */
export function lazyResult(result: object, head: ResponseHead, makeResponse: () => Response): PlainResult {
  let response: Response | undefined;
  const lazy = {
    ...result,
    get response() {
      response ??= makeResponse();
      return response;
    },
    set response(own: Response) {
      response = own;
    },
  };
  heads.set(lazy, head);
  return lazy;
}

/** Returns status, headers and so on of a result, without building its Response. */
export function headOf(result: PlainResult): ResponseHead {
  return heads.get(result) ?? result.response;
}

/** The data of a successful call. */
export type DataOf<Result extends CallResult> = Result extends { readonly data: infer Data } ? Data : never;

/** What {@link unwrap} returns: one signature, because the compiler infers nothing from an overloaded `.then(unwrap)`. */
export type Unwrapped<Result> =
  Result extends PromiseLike<infer Inner extends CallResult>
    ? Promise<DataOf<Inner>>
    : Result extends CallResult
      ? DataOf<Result>
      : never;

/**
 * Returns the data of a path call, or throws the error in its place. A named method does this itself.
 *
 * @param result what the call resolved with, or the call itself
 * @returns the data, typed as the success in the OpenAPI document
 * @throws the LiveDataError of the response's status; a ProtocolError for a success whose body is not of the documented
 *   type (for example missing, null, or an array in place of an object) and, given the call itself, for a body that is not
 *   JSON
 * @example
 * const { people, count } = unwrap(await livedata.people.POST("/search", { body: { size: 1 } }));
 * console.log(`${count} people, such as ${people[0]?.name}`);
 */
export function unwrap<Result extends CallResult | PromiseLike<CallResult>>(result: Result): Unwrapped<Result> {
  return ("then" in result ? dataOfCall(result) : dataOf(result)) as Unwrapped<Result>;
}

async function dataOfCall(call: PromiseLike<CallResult>): Promise<unknown> {
  try {
    return dataOf(await call);
  } catch (error) {
    // An openapi-fetch client of the user's own throws the parser's error as it is.
    throw hasName(error, "SyntaxError") ? notJson() : error;
  }
}

/** Asserts that a response has the form that a helper relies on. The fault must hold nothing of the body. */
export function assertResponse(holds: boolean, fault: string, response: ResponseHead): asserts holds {
  if (holds) return;
  throw new ProtocolError(`${response.status}: ${fault}`, errorDetails({ ...callOf(response), response }));
}

/** Returns the error of a body that is not JSON. The parser's own error quotes the body, which names people. */
export function notJson(details = {}): ProtocolError {
  return new ProtocolError("the response body is not JSON", details);
}

/** Returns the data of a call, or throws the error in its place. */
export function dataOf(result: PlainResult): unknown {
  const { data, error } = result;
  const response = headOf(result);
  const call = callOf(response);
  // A call whose response has no body resolves with `{}` as its error.
  const isEmpty = isRecord(error) && Object.keys(error).length === 0;
  if (!response.ok) throw responseError(response, isEmpty ? undefined : error, call);
  const type = data === undefined ? "missing" : data === null ? "null" : Array.isArray(data) ? "array" : typeof data;
  const isUsual = type === "missing" ? response.status === 204 : type !== "null";
  const isExpected = call.responseTypes?.includes(type) ?? (call.isStream || isUsual);
  rememberMetadata(data, response);
  assertResponse(isExpected, `the response body is not what the OpenAPI document promises, but ${type}`, response);
  return data;
}
