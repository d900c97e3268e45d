/** How much of an unwanted body is read so that its connection can be used again, in bytes. */
const DISCARD_LIMIT = 64 * 1024;

const readers = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"] as const;
const callbacks = new WeakMap<Response, () => void>();

/**
 * Has something done around the reading of a body: `json()`, `text()` and the like. A second reading fails as ever.
 *
 * The response stays the platform's own, since one built around another stream would lose its `url` and its type.
 *
 * @param response the response; taking its `body` as a stream, or a clone, is not seen
 * @param around is given the reading, and gives what takes its place
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
 * Tells when the body of a response has been read to its end, has failed, or was discarded. At once where there is
 * no body to read.
 *
 * @param response the response to watch; taking its `body` as a stream, or a clone, is not seen
 * @param callback called at least once; a second call must do no harm
 */
export function onBodyRead(response: Response, callback: () => void): void {
  if (response.body === null || response.headers.get("content-length") === "0") {
    callback();
    return;
  }
  callbacks.set(response, callback);
  aroundReading(response, (reading) => reading.finally(callback));
}

/**
 * Reads a body as text, up to a limit.
 *
 * @param response the response to read
 * @param limit how much to take, in bytes
 * @returns Resolves with the text; undefined where there is more, in which case the rest is cancelled
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
      if (size > limit) return cancelled(reader);
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    callbacks.get(response)?.();
  }
}

/**
 * Frees the connection of a response that nobody will read. Never rejects.
 *
 * @param response the response
 */
export async function discardBody(response: Response): Promise<void> {
  await readText(response, DISCARD_LIMIT).catch(() => {});
}

function cancelled(reader: ReadableStreamDefaultReader): undefined {
  // Not awaited: where the stream is one branch of a tee, this waits for the other branch.
  reader.cancel().catch(() => {});
}
