import { pipeline, Readable } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib";
import { type Dispatcher, request } from "undici";
import type { Network } from "../pipeline/network.js";

/** Options of {@link undiciNetwork}. */
export interface UndiciNetworkOptions {
  /**
   * Sends the requests: an `Agent`, a `ProxyAgent` and so on, made by the copy of undici that your code imports.
   * @default undici's global dispatcher
   */
  readonly dispatcher?: Dispatcher | undefined;
}

/** Truncated bodies are decoded as far as possible, as `fetch` does. */
const ZLIB = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH };

const decoders = new Map<string, (source: Readable) => Readable>([
  ["br", (source) => through(source, createBrotliDecompress(BROTLI))],
  ["deflate", inflate],
  ["gzip", (source) => through(source, createGunzip(ZLIB))],
  ["x-gzip", (source) => through(source, createGunzip(ZLIB))],
]);

/**
 * Sends requests with undici's `request` in place of `fetch`. A call with a small response then takes about half of the CPU
 * time. Tokens, retries, redirects and middlewares work as with `fetch`. Needs Node, and the package `undici` 7 or 8.
 *
 * @throws TypeError if `dispatcher` has no `dispatch` method, or was passed in place of the options
 * @example
 * const livedata = createLiveData({ network: undiciNetwork({ dispatcher: new Agent({ connections: 32 }) }) });
 */
export function undiciNetwork(options?: UndiciNetworkOptions): Network {
  const { dispatcher } = options ?? {};
  const isKnown = Object.keys(options ?? {}).every((name) => name === "dispatcher");
  if (!isKnown || (dispatcher && typeof dispatcher.dispatch !== "function")) {
    throw new TypeError("`undiciNetwork` takes `{ dispatcher }`, a dispatcher of undici, such as `new Agent()`");
  }
  return async (url, { method, headers, body, signal }) => {
    const sent = new Headers(headers);
    if (!sent.has("accept")) sent.set("accept", "*/*");
    if (!sent.has("accept-encoding")) sent.set("accept-encoding", "gzip, br, deflate");
    // As `fetch` does for the SDK's `cache: "no-store"`.
    if (!sent.has("cache-control")) sent.set("cache-control", "no-cache");
    if (!sent.has("pragma")) sent.set("pragma", "no-cache");
    const response = await request(url, {
      method: method as Dispatcher.HttpMethod,
      headers: sent,
      body: body as Exclude<Dispatcher.DispatchOptions["body"], undefined>,
      signal,
      // The other form decodes UTF-8, which `Headers` refuses.
      responseHeaders: "raw",
      ...(dispatcher && { dispatcher }),
    });
    return toNetworkResponse(url, response, method === "HEAD" || [204, 205, 304].includes(response.statusCode));
  };
}

function toNetworkResponse(url: string, response: Dispatcher.ResponseData, isBodiless: boolean) {
  const { statusCode: status, statusText, body: source } = response;
  const headers = new Headers();
  const lines = response.headers as unknown as readonly string[];
  for (let index = 1; index < lines.length; index += 2) headers.append(lines[index - 1] ?? "", lines[index] ?? "");
  if (isBodiless) source.dump().catch(() => {});
  let decoding: Readable | undefined;
  const decode = () => (decoding ??= decoded(source, headers));
  let body: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;

  async function readBytes(limit: number): Promise<Uint8Array | undefined> {
    const length = headers.get("content-length");
    // undici fails a body that is longer than this header says. It reads one faster than a stream can be read.
    if (length !== null && Number(length) <= limit && !headers.has("content-encoding")) return source.bytes();
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of decode()) {
      size += chunk.byteLength;
      // Leaving the loop destroys the stream, and closes the connection.
      if (size > limit) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  return {
    url,
    status,
    statusText,
    ok: status >= 200 && status <= 299,
    headers,
    redirected: false,
    type: "basic" as const,
    get body() {
      if (!isBodiless) body ??= toWebStream(decode());
      return body ?? null;
    },
    readBytes: isBodiless ? undefined : readBytes,
  };
}

/** Makes a web stream. `Readable.toWeb` throws outside of any call if a stream ends after it was cancelled. */
function toWebStream(source: Readable): ReadableStream<Uint8Array<ArrayBuffer>> {
  // A stream that nobody has begun to read would throw its error outside of any call.
  source.on("error", () => {});
  const chunks = source[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        // A copy: undici reads many chunks into the same buffer.
        else controller.enqueue(new Uint8Array(value));
      },
      cancel: () => void source.destroy(),
    },
    { highWaterMark: 0 },
  );
}

/** Undoes the codings of a body, at most 5. It stays as it is if there are more or one is unknown, as with `fetch`. */
function decoded(source: Readable, headers: Headers): Readable {
  const codings = headers.get("content-encoding")?.toLowerCase().split(",") ?? [];
  const needed = codings.map((coding) => decoders.get(coding.trim()));
  if (needed.length > 5 || needed.includes(undefined)) return source;
  return needed.reduceRight<Readable>((encoded, decode) => decode?.(encoded) ?? encoded, source);
}

function through<Decoder extends NodeJS.ReadWriteStream>(source: Readable, decoder: Decoder): Decoder {
  pipeline(source, decoder, () => {});
  return decoder;
}

/** Decodes `deflate`, which some servers send without the header of zlib. */
function inflate(source: Readable): Readable {
  source.on("error", () => {});
  // Also if nothing has arrived yet.
  return Readable.from(inflated(source)).once("close", () => source.destroy());
}

async function* inflated(source: Readable): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  const { done, value: first } = await chunks.next();
  if (done) return;
  const decoder = (first[0] & 15) === 8 ? createInflate(ZLIB) : createInflateRaw(ZLIB);
  async function* all() {
    yield first;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  yield* through(Readable.from(all()), decoder);
}
