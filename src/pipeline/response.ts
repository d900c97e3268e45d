import { type Deadline, untilAborted } from "./abort.js";

/** How much of an unwanted body is read, in bytes, so that its connection can be reused. */
const DISCARD_LIMIT = 64 * 1024;

const readers = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"] as const;
const readCallbacks = new WeakMap<Response, () => void>();
const wholeResponses = new WeakSet<Response>();

/**
 * Reads the body of a response into memory. The result can be read any number of times and is otherwise the same.
 * A failed body of an unsuccessful response counts as empty, so that the status is not lost.
 *
 * @throws whatever the body of a successful response fails with
 */
export async function readWhole(response: Response): Promise<Response> {
  if (isWhole(response)) return response;
  try {
    return inMemory(response, await response.arrayBuffer());
  } catch (error) {
    if (response.ok) throw error;
    return inMemory(response, new ArrayBuffer(0));
  }
}

/** Whether the body of a response is in memory, or there is none. */
export function isWhole(response: Response): boolean {
  return wholeResponses.has(response) || response.body === null;
}

/**
 * Keeps a deadline running until the body of a response was read, discarded, or failed. Taking `body` as a stream, or a
 * clone, is not noticed: the deadline then ends by itself.
 *
 * @param onError maps the error of a read
 */
export function limitReading(response: Response, deadline: Deadline, onError?: (error: unknown) => never): void {
  if (isWhole(response) || response.headers.get("content-length") === "0") {
    deadline.release();
    return;
  }
  const earlier = readCallbacks.get(response);
  const release = () => {
    earlier?.();
    deadline.release();
  };
  readCallbacks.set(response, release);
  // Covers a custom `fetch` that ignores its signal.
  aroundReading(response, (reading) => untilAborted(reading, deadline.signal).catch(onError).finally(release));
  deadline.unref();
}

/**
 * Wraps every reader of a response (`json()`, `text()` and so on). The response stays the platform's own: a new one
 * around another stream would lose its `url` and `type`.
 */
export function aroundReading(response: Response, around: (reading: Promise<unknown>) => Promise<unknown>): void {
  for (const name of readers) {
    const read: (() => Promise<unknown>) | undefined = response[name];
    if (!read) continue;
    const value = () => (response.bodyUsed ? read.call(response) : around(read.call(response)));
    Object.defineProperty(response, name, { value, configurable: true });
  }
}

/**
 * Reads a body as text, up to a limit in bytes.
 *
 * @returns the text; undefined if there is more, in which case the rest is cancelled
 */
export async function readText(response: Response, limit: number): Promise<string | undefined> {
  if (!response.body) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      size += value.byteLength;
      if (size > limit) {
        // Not awaited: if the stream is one branch of a tee, this waits for the other branch.
        reader.cancel().catch(() => {});
        return undefined;
      }
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    readCallbacks.get(response)?.();
  }
}

/** Frees the connection of a response that nobody will read. Never rejects. */
export async function discardBody(response: Response): Promise<void> {
  await readText(response, DISCARD_LIMIT).catch(() => {});
}

function inMemory(response: Response, bytes: ArrayBuffer): Response {
  WholeResponse ??= wholeResponse();
  const whole = new WholeResponse(response, bytes);
  wholeResponses.add(whole);
  return whole;
}

/** Made at first use: importing this package must not need a global that a test environment lacks. */
let WholeResponse: ReturnType<typeof wholeResponse> | undefined;

/**
 * A real platform Response, so that a server can send it on. It overrides what a program cannot set (`url` and so on),
 * and the readers, which need no stream and may be called more than once.
 */
function wholeResponse() {
  return class Whole extends Response {
    readonly #original: Response;
    readonly #bytes: ArrayBuffer;

    constructor(original: Response, bytes: ArrayBuffer) {
      super(bytes.byteLength > 0 ? bytes : null, acceptable(original));
      this.#original = original;
      this.#bytes = bytes;
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
    override clone() {
      return new Whole(this.#original, this.#bytes);
    }
    override async text() {
      return new TextDecoder().decode(this.#bytes);
    }
    override async json() {
      return JSON.parse(await this.text());
    }
    override async arrayBuffer() {
      return this.#bytes.slice(0);
    }
    override async bytes() {
      return new Uint8Array(await this.arrayBuffer());
    }
  };
}

/** Platforms accept some statuses and phrases from the network but not from a program. */
function acceptable({ status, statusText, headers }: Response): ResponseInit {
  return {
    status: status >= 200 && status <= 599 ? status : 200,
    statusText: /^[\t\x20-\x7e]*$/.test(statusText) ? statusText : "",
    headers,
  };
}
