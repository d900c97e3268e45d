import { ProtocolError } from "../errors/classes.js";
import { isTransient, type ResponseHead } from "../errors/response-error.js";
import { privateSlot } from "../private-slot.js";
import { type Deadline, untilAborted } from "./abort.js";
import { type Call, errorDetails } from "./call.js";
import type { NetworkResponse } from "./network.js";

/** How much of an unwanted body is read, in bytes, so that its connection can be reused. */
const DISCARD_LIMIT = 64 * 1024;

const readers = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"] as const;

/** The bodies that were read. The response of the platform stays as it is: to build another one costs as much as a call. */
const bodies = privateSlot<Uint8Array<ArrayBuffer>>();

/**
 * Reads the body of a response into memory, where {@link ResponseData} and {@link toResponse} find it. A failed body of an
 * unsuccessful response counts as empty, so that the status is not lost.
 *
 * @param call says how large the body may be
 * @returns the response
 * @throws ProtocolError if the body is too large; whatever the body of a successful response fails with
 */
export async function readWhole(response: NetworkResponse, call: Call): Promise<NetworkResponse> {
  if (isWhole(response)) return response;
  const { maxResponseSize } = call;
  try {
    const bytes = await readBytes(response, maxResponseSize);
    if (bytes) return withBody(response, bytes);
    const message = `the response body has more than ${maxResponseSize} bytes (option \`maxResponseSize\`)`;
    throw new ProtocolError(message, errorDetails({ ...call, response }));
  } catch (error) {
    if (response.ok) throw error;
    return withBody(response, new Uint8Array());
  }
}

/** Puts a body in place of the response's own. */
function withBody(response: NetworkResponse, bytes: Uint8Array<ArrayBuffer>): NetworkResponse {
  bodies.set(response, bytes);
  return response;
}

/** Whether the body of a response is in memory, or there is none. */
export function isWhole(response: NetworkResponse): boolean {
  return bodies.get(response) !== undefined || (!response.readBytes && response.body === null);
}

/** Returns the body of a response as it was received; undefined if none was read into memory. Not a copy. */
export function bodyOf(response: NetworkResponse): Uint8Array | undefined {
  return bodies.get(response);
}

/** Whether a status is neither retried nor resent. */
export function isFinal(status: number): boolean {
  return status !== 401 && !isTransient(status);
}

/** Returns the response of a call that has failed by its status, whatever becomes of the body. */
export function failedResponse({ response, isEnding }: Call): NetworkResponse | undefined {
  return response && !response.ok && (isEnding || isFinal(response.status))
    ? withBody(response, new Uint8Array())
    : undefined;
}

/**
 * Keeps a deadline running until the body of a response was read to its end, was cancelled, or failed. A clone, or a
 * platform that takes the response itself, is not noticed: the deadline then ends by itself.
 *
 * The response stays the platform's own, with other readers: a new one around another stream would lose its `url` and
 * `type`.
 *
 * @param nameError returns what a read fails with
 */
export function limitReading(
  response: NetworkResponse,
  deadline: Deadline,
  nameError = (error: unknown): unknown => error,
): void {
  if (isWhole(response) || response.headers.get("content-length") === "0") {
    deadline.release();
    return;
  }
  const { body, headers } = response as NetworkResponse & { body: ReadableStream<Uint8Array> };
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  // After `clone()`, the stream is locked, and the platform's getter returns a new one.
  const source = (): typeof body =>
    body.locked ? Reflect.get(Object.getPrototypeOf(response), "body", response) : body;
  const limited = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          reader ??= source().getReader();
          // Also for a custom `fetch` that ignores its signal.
          const { done, value } = await untilAborted(reader.read(), deadline.signal);
          if (!done) return controller.enqueue(value);
          controller.close();
        } catch (error) {
          controller.error(nameError(error));
          reader?.cancel(error).catch(() => {});
        }
        deadline.release();
      },
      cancel(reason) {
        deadline.release();
        return (reader ?? source()).cancel(reason);
      },
    },
    // Nothing is read before somebody asks for it, so that the response itself can still be passed on.
    { highWaterMark: 0 },
  );
  Object.defineProperty(response, "body", { value: limited, configurable: true });
  const { readBytes } = response;
  if (readBytes) {
    const value = async (limit: number) => {
      try {
        return await untilAborted(readBytes(limit), deadline.signal);
      } catch (error) {
        throw nameError(error);
      } finally {
        deadline.release();
      }
    };
    Object.defineProperty(response, "readBytes", { value });
  }
  for (const name of readers) {
    if (!(name in response)) continue;
    const value = async () => new Response(limited, { headers })[name]();
    Object.defineProperty(response, name, { value, configurable: true });
  }
  deadline.unref();
}

/**
 * Reads a body as text, up to a limit in bytes.
 *
 * @returns the text; undefined if there is more, in which case the rest is cancelled
 */
export async function readText(response: NetworkResponse, limit: number): Promise<string | undefined> {
  const bytes = await readBytes(response, limit);
  return bytes && decode(bytes);
}

function decode(bytes: Uint8Array | undefined): string {
  return bytes ? new TextDecoder().decode(bytes) : "";
}

async function readBytes(response: NetworkResponse, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  if (response.readBytes) return response.readBytes(limit) as Promise<Uint8Array<ArrayBuffer> | undefined>;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!ArrayBuffer.isView(value)) throw new TypeError("the body has a chunk that is not bytes");
    size += value.byteLength;
    if (size > limit) return cancelled(reader);
    chunks.push(value);
  }
  if (chunks.length === 1) return chunks[0];
  const bytes = new Uint8Array(size);
  let end = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, end);
    end += chunk.byteLength;
  }
  return bytes;
}

/** Frees the connection of a response that nobody will read. Never rejects. */
export async function discardBody(response: NetworkResponse): Promise<void> {
  await readBytes(response, DISCARD_LIMIT).catch(() => {});
}

function cancelled(reader: ReadableStreamDefaultReader): undefined {
  // Not awaited: if the stream is one branch of a tee, this waits for the other branch.
  reader.cancel().catch(() => {});
}

/** A response as openapi-fetch reads it, where nobody else sees one: no second Response has to be built. */
export class ResponseData implements ResponseHead {
  /** What the platform returned. */
  readonly source: NetworkResponse;
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;

  constructor(source: NetworkResponse) {
    this.source = source;
    this.status = source.status;
    this.ok = source.ok;
    this.headers = source.headers;
  }

  get type() {
    return this.source.type;
  }
  get url() {
    return this.source.url;
  }
  get body() {
    return this.source.body;
  }
  text(): string {
    return decode(bodies.get(this.source));
  }
  json(): unknown {
    return JSON.parse(this.text());
  }
}

/**
 * Returns a Response of the platform. It can be read any number of times if the body is in memory, otherwise once.
 */
export function toResponse(response: NetworkResponse): Response {
  const bytes = bodies.get(response);
  if (!bytes && isPlatforms(response)) return response;
  classes ??= responseClasses();
  if (!bytes) return new classes.Streamed(response);
  const whole = new classes.Whole(response);
  bodies.set(whole, bytes);
  return whole;
}

function isPlatforms(response: NetworkResponse): response is Response {
  return "clone" in response;
}

/** Makes readers that may be called more than once. */
function repeatableReaders(): PropertyDescriptorMap {
  const members: PropertyDescriptorMap = {
    clone: {
      value(this: Response) {
        return toResponse(this);
      },
    },
  };
  for (const name of readers) {
    members[name] = {
      async value(this: Response) {
        return copyOf(this)[name]();
      },
    };
  }
  // openapi-fetch reads these, so they are worth a shortcut.
  members["text"] = {
    async value(this: Response) {
      return decode(bodies.get(this));
    },
  };
  members["json"] = {
    async value(this: Response) {
      return JSON.parse(await this.text());
    },
  };
  return members;
}

function copyOf(response: Response): Response {
  const bytes = bodies.get(response);
  return new Response(bytes?.byteLength ? bytes : null, { headers: response.headers });
}

/** Made at first use: importing this package must not need a global that a test environment lacks. */
let classes: ReturnType<typeof responseClasses> | undefined;

/**
 * Real platform Responses, so that a server can send them on. They override `url`, `type` and so on, which a program cannot
 * set. `Whole` also overrides the readers.
 */
function responseClasses() {
  class Streamed extends Response {
    readonly #original: NetworkResponse;

    constructor(original: NetworkResponse) {
      const bytes = bodies.get(original);
      super(bytes ? (bytes.byteLength ? bytes : null) : original.body, acceptable(original));
      this.#original = original;
    }

    // Node reads these three while it still builds its own part of the object.
    override get status() {
      return #original in this ? this.#original.status : super.status;
    }
    override get statusText() {
      return #original in this ? this.#original.statusText : super.statusText;
    }
    override get ok() {
      return #original in this ? this.#original.ok : super.ok;
    }

    override get url() {
      return this.#original.url;
    }
    override get redirected() {
      return this.#original.redirected;
    }
    override get type() {
      return this.#original.type;
    }
  }
  class Whole extends Streamed {}
  Object.defineProperties(Whole.prototype, repeatableReaders());
  return { Streamed, Whole };
}

/** Platforms accept some statuses and phrases from the network but not from a program. */
function acceptable({ status, statusText, headers }: NetworkResponse): ResponseInit {
  return {
    status: status >= 200 && status <= 599 ? status : 200,
    statusText: /^[\t\x20-\x7e]*$/.test(statusText) ? statusText : "",
    headers,
  };
}
