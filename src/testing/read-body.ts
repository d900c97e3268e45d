import type { operations as IdentityOperations } from "../generated/identity.js";
import type { operations as LedgerOperations } from "../generated/ledgers.js";
import type { operations as PeopleOperations } from "../generated/people.js";
import { type OperationWithBody, requestSchemas } from "../generated/request-schemas.js";
import { Refusal } from "./reply.js";
import { findProblem } from "./validate.js";

const FORM_TYPE = "application/x-www-form-urlencoded";

type Operations = IdentityOperations & PeopleOperations & LedgerOperations;
type Content<Id extends OperationWithBody> = Operations[Id] extends { requestBody: { content: infer Content } }
  ? Content
  : never;
type MediaType<Id extends OperationWithBody> = keyof Content<Id> & string;

/** What the documents let the body of an operation be. */
export type BodyOf<Id extends OperationWithBody> = Content<Id>[MediaType<Id>];

/** The body of a request, looked at once: for whoever answers it, and for the list of what was received. */
export interface ReceivedBody {
  /** Without its parameters, in lower case; empty where none was given. */
  readonly mediaType: string;
  /** What it says, where that is what the documents ask for. */
  readonly value?: unknown;
  /** Why it is none that the documents ask for. */
  readonly refusal?: Refusal;
}

/** Reads the body of a request, which is for the given operation. Refuses nothing yet: another reason may come first. */
export async function receiveBody(request: Request, operation: string | undefined): Promise<ReceivedBody> {
  const mediaType = mediaTypeOf(request);
  const text = await request.text();
  if (operation === undefined || !takesBody(operation)) return { mediaType };
  try {
    return { mediaType, value: understand(text, mediaType, operation) };
  } catch (error) {
    if (error instanceof Refusal) return { mediaType, refusal: error };
    throw error;
  }
}

/**
 * Gives the JSON body of an operation.
 *
 * @throws {Refusal} 400 if it is not what the documents ask for, naming the place.
 */
export function readJson<Id extends OperationWithBody>(
  received: ReceivedBody,
  _operation: Id,
): Content<Id>["application/json" & MediaType<Id>] {
  assertUnderstood<Content<Id>["application/json" & MediaType<Id>]>(received);
  return received.value;
}

/**
 * Gives the form that is the body of an operation.
 *
 * @throws {Refusal} 400 if it is not what the documents ask for, naming the place.
 */
export function readForm<Id extends OperationWithBody>(
  received: ReceivedBody,
  _operation: Id,
): Content<Id>[typeof FORM_TYPE & MediaType<Id>] {
  assertUnderstood<Content<Id>[typeof FORM_TYPE & MediaType<Id>]>(received);
  return received.value;
}

/** Tells whether a request is a form, as the other way to write a body is. */
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

function understand(text: string, mediaType: string, operation: OperationWithBody): unknown {
  const schemas = requestSchemas[operation];
  const schema = Object.hasOwn(schemas, mediaType) ? schemas[mediaType] : undefined;
  if (schema === undefined) throw new Refusal(400, `The body must be ${Object.keys(schemas).join(" or ")}`);
  const body = mediaType === FORM_TYPE ? Object.fromEntries(new URLSearchParams(text)) : parseJson(text);
  const problem = findProblem(schema, body);
  if (problem !== undefined) throw new Refusal(400, problem);
  return body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may hold a secret.
    throw new Refusal(400, "The body is not valid JSON");
  }
}

function assertUnderstood<T>(received: ReceivedBody): asserts received is ReceivedBody & { readonly value: T } {
  if (received.refusal) throw received.refusal;
}
