import type { operations as IdentityOperations } from "../generated/identity.js";
import type { operations as LedgerOperations } from "../generated/ledgers.js";
import type { operations as PeopleOperations } from "../generated/people.js";
import { type OperationWithBody, requestSchemas } from "../generated/request-schemas.js";
import { Refusal } from "./reply.js";
import { findProblem } from "./validate.js";

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

type Operations = IdentityOperations & PeopleOperations & LedgerOperations;
type Body<Id extends OperationWithBody, MediaType extends string> = Operations[Id] extends {
  requestBody: { content: infer Content };
}
  ? Content[MediaType & keyof Content]
  : never;

/**
 * Reads the JSON body of an operation.
 *
 * @throws {Refusal} 400 if it is not what the documents ask for, naming the place.
 */
export async function readJson<Id extends OperationWithBody>(
  request: Request,
  operation: Id,
): Promise<Body<Id, typeof JSON_TYPE>> {
  if (mediaTypeOf(request) !== JSON_TYPE) throw new Refusal(400, `The body must be ${JSON_TYPE}`);
  const body = parseJson(await request.text());
  assertBody<Body<Id, typeof JSON_TYPE>>(body, operation, JSON_TYPE);
  return body;
}

/**
 * Reads the form that is the body of an operation.
 *
 * @throws {Refusal} 400 if it is not what the documents ask for, naming the place.
 */
export async function readForm<Id extends OperationWithBody>(
  request: Request,
  operation: Id,
): Promise<Body<Id, typeof FORM_TYPE>> {
  const body: unknown = Object.fromEntries(new URLSearchParams(await request.text()));
  assertBody<Body<Id, typeof FORM_TYPE>>(body, operation, FORM_TYPE);
  return body;
}

/** Tells the media type of a body, without its parameters. */
export function mediaTypeOf(request: Request): string {
  const [mediaType = ""] = (request.headers.get("Content-Type") ?? "").split(";");
  return mediaType.trim().toLowerCase();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may hold a secret.
    throw new Refusal(400, "The body is not valid JSON");
  }
}

function assertBody<T>(body: unknown, operation: OperationWithBody, mediaType: string): asserts body is T {
  const problem = findProblem(requestSchemas[operation][mediaType] ?? false, body);
  if (problem !== undefined) throw new Refusal(400, problem);
}
