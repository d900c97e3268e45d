import type { operations as IdentityOperations } from "../generated/identity.js";
import type { operations as LedgerOperations } from "../generated/ledgers.js";
import type { operations as PeopleOperations } from "../generated/people.js";
import { type OperationWithBody, requestSchemas } from "../generated/request-schemas.js";
import { findExcess, findExcessInText } from "./limits.js";
import { Refusal } from "./reply.js";
import { findProblem } from "./validate.js";

const FORM_TYPE = "application/x-www-form-urlencoded";

type Operations = IdentityOperations & PeopleOperations & LedgerOperations;
type Content<Id extends OperationWithBody> = Operations[Id] extends { requestBody: { content: infer Content } }
  ? Content
  : never;
type MediaType<Id extends OperationWithBody> = keyof Content<Id> & string;

/** The type of an operation's body, as in the OpenAPI documents. */
export type BodyOf<Id extends OperationWithBody> = Content<Id>[MediaType<Id>];

/** The body of a request, read and validated once, for the operation and for the list of received requests. */
export interface ReceivedBody {
  /** In lower case and without parameters; empty if the request has no `Content-Type`. */
  readonly mediaType: string;
  /** The parsed body, if it matches the OpenAPI documents. */
  readonly value?: unknown;
  /** Why it does not match the OpenAPI documents. */
  readonly refusal?: Refusal;
}

/** Reads and validates the body of an operation. It does not throw yet, since a missing token is reported first. */
export async function receiveBody(request: Request, operation: string | undefined): Promise<ReceivedBody> {
  const mediaType = mediaTypeOf(request);
  const text = await request.text();
  if (operation === undefined || !takesBody(operation)) return { mediaType };
  try {
    return { mediaType, value: parseBody(text, mediaType, operation) };
  } catch (error) {
    if (error instanceof Refusal) return { mediaType, refusal: error };
    throw error;
  }
}

/**
 * Returns the JSON body of an operation.
 *
 * @throws {Refusal} 400 if it does not match the OpenAPI documents; the message names the place.
 */
export function readJson<Id extends OperationWithBody>(
  received: ReceivedBody,
  _operation: Id,
): Content<Id>["application/json" & MediaType<Id>] {
  assertValid<Content<Id>["application/json" & MediaType<Id>]>(received);
  return received.value;
}

/**
 * Returns the form body of an operation.
 *
 * @throws {Refusal} 400 if it does not match the OpenAPI documents; the message names the place.
 */
export function readForm<Id extends OperationWithBody>(
  received: ReceivedBody,
  _operation: Id,
): Content<Id>[typeof FORM_TYPE & MediaType<Id>] {
  assertValid<Content<Id>[typeof FORM_TYPE & MediaType<Id>]>(received);
  return received.value;
}

/** Returns whether the body is a form. */
export function isForm({ mediaType }: ReceivedBody): boolean {
  return mediaType === FORM_TYPE;
}

function takesBody(operation: string): operation is OperationWithBody {
  return Object.hasOwn(requestSchemas, operation);
}

function mediaTypeOf(request: Request): string {
  const [mediaType = ""] = (request.headers.get("Content-Type") ?? "").split(";");
  return mediaType.trim().toLowerCase();
}

function parseBody(text: string, mediaType: string, operation: OperationWithBody): unknown {
  const schemas = requestSchemas[operation];
  const schema = Object.hasOwn(schemas, mediaType) ? schemas[mediaType] : undefined;
  if (schema === undefined) throw new Refusal(400, `The Content-Type must be ${Object.keys(schemas).join(" or ")}`);
  const excess = findExcessInText(text);
  if (excess !== undefined) throw new Refusal(400, excess);
  const body = mediaType === FORM_TYPE ? Object.fromEntries(new URLSearchParams(text)) : parseJson(text);
  // Before the validation, which recurses.
  const problem = findExcess(body) ?? findProblem(schema, body);
  if (problem !== undefined) throw new Refusal(400, problem);
  return body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may contain a secret.
    throw new Refusal(400, "The body is not valid JSON");
  }
}

function assertValid<T>(received: ReceivedBody): asserts received is ReceivedBody & { readonly value: T } {
  if (received.refusal) throw received.refusal;
}
