import { isRecord } from "../checks.js";
import { type Credits, readCredits } from "../credits.js";
import { ConfigurationError } from "../errors/classes.js";
import { requestId } from "../headers.js";
import { callOf } from "../pipeline/call.js";
import { type PrivateSlot, privateSlot } from "../private-slot.js";

/** Status, headers and request id of a response. */
export interface ResponseMetadata {
  /** The HTTP status. */
  readonly status: number;
  readonly headers: Headers;
  /** The id that the server gave the request. Undefined if it gave none. */
  readonly requestId: string | undefined;
  /** How many requests were sent. Undefined for a response of a client that is not the SDK's. */
  readonly attempts: number | undefined;
  /** Method and path of the operation, such as `POST /search`. Undefined for a client that is not the SDK's. */
  readonly operation: string | undefined;
}

/** What is kept. The request id is only looked for if somebody asks. */
type StoredMetadata = Omit<ResponseMetadata, "requestId">;

const KEY = Symbol.for("@livedata/sdk/metadata");

/**
 * Returns the status, the headers and so on of a response.
 *
 * @param source what a call returned: the data of a named method or of `unwrap`, a page of `paginate`, the result of a
 *   path call, or a Response
 * @throws ConfigurationError for anything else, such as a copy of the data, a text, or the undefined of a 204
 * @example
 * const page = await livedata.people.search({ size: 1 });
 * const { status, attempts } = metadata(page);
 * console.log(status, attempts);
 */
export function metadata(source: unknown): ResponseMetadata {
  const record = recordOf(source);
  if (record) return { ...record, requestId: requestId(record.headers) };
  throw new ConfigurationError(
    "`credits` and `metadata` take what a call returned, once it was awaited: the object itself, not a copy or a part of it. " +
      "A text or an empty body has none",
  );
}

/**
 * Reads the credits that a call used and those that are left.
 *
 * @param source as for {@link metadata}
 * @throws ConfigurationError as {@link metadata} does
 * @example
 * const page = await livedata.people.search({ size: 1 });
 * console.log(credits(page).used);
 */
export function credits(source: unknown): Credits {
  return readCredits(metadata(source).headers);
}

/** Remembers which response an object came with. */
export function rememberMetadata<Data>(data: Data, response: object): Data {
  const record = recordOf(response);
  if (record && isRecord(data)) records().set(data, record);
  return data;
}

/** Shared by the ESM and the CommonJS copy of this package. */
function records(): PrivateSlot<StoredMetadata> {
  const shared = globalThis as { [KEY]?: ReturnType<typeof records> };
  shared[KEY] ??= privateSlot();
  return shared[KEY];
}

function recordOf(source: unknown): StoredMetadata | undefined {
  if (!isRecord(source)) return undefined;
  const known = records().get(source);
  if (known) return known;
  const response = isResponse(source) ? source : source["response"];
  if (!isResponse(response)) return undefined;
  const { status, headers } = response;
  const { attempts, operation } = callOf(response);
  return { status, headers, attempts, operation };
}

/** Decides by shape: the Response may be of another realm. */
function isResponse(value: unknown): value is Response {
  return (
    isRecord(value) && typeof value["status"] === "number" && isRecord(value["headers"]) && "get" in value["headers"]
  );
}
