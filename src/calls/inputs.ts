import { createQuerySerializer, mergeHeaders } from "openapi-fetch";
import { checkUrl } from "../base-urls.js";
import { checkHeaders } from "../checks.js";
import { ConfigurationError } from "../errors/classes.js";
import type { CallOptions } from "./types.js";

/** The inputs of a call that decide what is sent, and where to. */
export interface CallInputs extends CallOptions {
  readonly body?: unknown;
  readonly params?:
    | {
        readonly header?: Readonly<Record<string, string>> | undefined;
        readonly path?: Readonly<Record<string, unknown>> | undefined;
        readonly query?: unknown;
      }
    | undefined;
}

/**
 * Checks the inputs of a call before anything is sent, and serializes the body, once.
 *
 * @param isKnown whether the document has the operation. Its path then needs no check
 * @returns what replaces these inputs
 * @throws ConfigurationError for an input that would call something else, or that would be dropped silently
 */
export function checkInputs(operation: string, path: string, init: CallInputs, isKnown: boolean): CallInputs {
  return forOperation(operation, () => {
    const { body, pathSerializer, querySerializer, headers, params } = init;
    if (!isKnown || init.baseUrl !== undefined || operation.includes("{")) checkPath(path, init);
    const hasHeaders = headers || params?.header;
    const merged = hasHeaders ? checkHeaders(() => mergeHeaders(headers, params?.header)) : undefined;
    const serialized = body === undefined ? undefined : serializeBody(init, merged);
    const serializeUrl = pathSerializer && checkedPathSerializer(pathSerializer);
    const serializeQuery = querySerializer || params?.query ? checkedQuerySerializer(querySerializer) : undefined;
    return {
      body: serialized,
      bodySerializer: () => serialized,
      pathSerializer: serializeUrl && ((url, values) => forOperation(operation, () => serializeUrl(url, values))),
      querySerializer: serializeQuery && ((query) => forOperation(operation, () => serializeQuery(query))),
    };
  });
}

/** Runs a check, whose error then says which call was not sent. */
export function forOperation<T>(operation: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ConfigurationError) || error.operation) throw error;
    throw new ConfigurationError(error.message, { operation, attempts: 0, cause: error.cause });
  }
}

/** How deep a body is looked at before it is suspected to be cyclic. */
const MAX_DEPTH = 20;

/** `.` or `..` as a segment. Encoded ones count, because some servers decode them. */
const DOT_SEGMENT = /(?:^|[/\\]|%(?:25)*(?:2f|5c))(?:\.|%(?:25)*2e){1,2}(?:$|[/\\]|%(?:25)*(?:2f|5c))/i;

function checkPath(path: string, init: CallInputs): void {
  const { baseUrl = "", params, pathSerializer } = init;
  // The URL parser ends a path at some characters, and drops or rewrites others.
  if (/^[^/]|[?#\\\s]/.test(path) || DOT_SEGMENT.test(path))
    throw refusal("path", "must be one of the API's, which starts with a slash, such as `/search`");
  if (init.baseUrl !== undefined) checkUrl(baseUrl, "`baseUrl`");
  if (/[?#]/.test(baseUrl)) throw refusal("baseUrl", "must end after its path");
  const values = params?.path;
  // A serializer of the caller's own may take other values. Its result is checked.
  if (values && pathSerializer) return;
  for (const [, name = ""] of (baseUrl + path).matchAll(/\{([^{}]+)\}/g)) {
    const value = values?.[name];
    const text = /^(?:string|number|bigint|boolean)$/.test(typeof value) ? String(value) : "";
    if (/^\s*$|\p{Cs}/u.test(text) || DOT_SEGMENT.test(text)) {
      throw refusal(`params.path.${name}`, "is missing or not one segment of a path: pass a non-empty string");
    }
  }
}

function checkedPathSerializer(serialize: NonNullable<CallOptions["pathSerializer"]>): typeof serialize {
  return (url, values) => {
    const result = serialize(url, values);
    const segments = String(result).split("/");
    const expected = url.split("/");
    const isFilledIn = expected.every((segment, index) => {
      const filledIn = segments[index] ?? "";
      return segment.includes("{") ? /^[^?#\\\s{}]+$/.test(filledIn) : segment === filledIn;
    });
    if (isFilledIn && segments.length === expected.length && !DOT_SEGMENT.test(result)) return result;
    throw refusal("pathSerializer", "must return the URL with each parameter filled in as one segment");
  };
}

function checkedQuerySerializer(own: CallOptions["querySerializer"]): (query: object) => string {
  const serialize = typeof own === "function" ? (own as (query: object) => string) : serializeQuery(own);
  return (query) => {
    const text = serialize(query);
    if (!text.includes("#")) return text;
    throw refusal("querySerializer", "must write `#` as `%23`: it ends the query");
  };
}

function serializeQuery(options: Parameters<typeof createQuerySerializer>[0]): (query: object) => string {
  return (query) => {
    const values: unknown = JSON.parse(toJson(query, "params.query") ?? "");
    try {
      return createQuerySerializer(options)(values);
    } catch (cause) {
      throw notWritable("params.query", cause);
    }
  };
}

function serializeBody({ body, bodySerializer }: CallInputs, headers?: Headers): unknown {
  if (bodySerializer) {
    const result: unknown = (bodySerializer as (...input: unknown[]) => unknown)(body, headers ?? new Headers());
    // The caller may reuse the memory for the next body.
    return ArrayBuffer.isView(result) ? structuredClone(result) : result;
  }
  const json = toJson(body, "body");
  const isForm = headers?.get("content-type") === "application/x-www-form-urlencoded";
  return isForm ? String(new URLSearchParams(body as Record<string, string>)) : json;
}

/**
 * Writes a value as JSON.
 *
 * @param name what the value is called in an error, such as `body`
 * @throws ConfigurationError for what JSON drops or turns into `{}` or null, naming its place
 */
function toJson(value: unknown, name: string): string | undefined {
  if (isPlainJson(value)) return JSON.stringify(value);
  const places = new Map<unknown, string>();
  function check(this: unknown, key: string, member: unknown): unknown {
    const outer = places.get(this);
    const place = outer === undefined ? name : outer + (Array.isArray(this) ? `[${key}]` : `.${key}`);
    if (isLost(this as Record<string, unknown>, key, member)) throw notWritable(place);
    places.set(member, place);
    return member;
  }
  try {
    return JSON.stringify(value, check);
  } catch (cause) {
    throw cause instanceof ConfigurationError ? cause : notWritable(name, cause);
  }
}

/** Whether JSON certainly loses nothing of a value. To walk it costs less than a replacer, which says what is lost. */
function isPlainJson(value: unknown, depth = 0): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "string" || typeof value === "boolean" || value === null) return true;
  if (typeof value !== "object") return false;
  if (depth > MAX_DEPTH || "toJSON" in value) return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isPlainJson(value[index], depth + 1)) return false;
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype || Symbol.iterator in value) return false;
  for (const member of Object.values(value)) {
    if (member !== undefined && !isPlainJson(member, depth + 1)) return false;
  }
  return true;
}

function isLost(holder: Readonly<Record<string, unknown>>, key: string, value: unknown): boolean {
  // An invalid date writes itself as null.
  if (value === null) return holder[key] !== null;
  if (value === undefined) return holder[key] !== undefined || Array.isArray(holder);
  if (typeof value === "number") return !Number.isFinite(value);
  if (typeof value !== "object") return typeof value !== "string" && typeof value !== "boolean";
  if (Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  // By shape, because each realm has an `Object` of its own.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return Symbol.iterator in value || (!isPlain && Object.keys(value).length === 0);
}

function notWritable(place: string, cause?: unknown): ConfigurationError {
  return refusal(place, "cannot be written: pass strings, finite numbers, booleans, plain objects and arrays", cause);
}

function refusal(place: string, fault: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(`\`${place}\` ${fault}`, { cause });
}
