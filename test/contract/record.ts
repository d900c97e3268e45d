import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, vi } from "vitest";
import type { SendInit } from "../../src/pipeline/send.js";
import {
  type Exchange,
  FOLDER_VARIABLE,
  type RecordedRequest,
  type RecordedResponse,
  recordHeaders,
  withoutSecrets,
} from "./recordings.js";

/** State of a request while the fake handles it. */
interface Handling {
  body: string | null | undefined;
  /** Whether the test scripted the response, so that it is not the fake's own. */
  isScripted: boolean;
}

const folder = process.env[FOLDER_VARIABLE];
if (folder) record(path.resolve(folder));

/** Records every request of the SDK and every response of the fake where they leave it. */
function record(into: string): void {
  const file = path.join(into, `${randomUUID()}.jsonl`);
  const written = new Set<string>();
  const reading = new Set<Promise<void>>();

  const write = (exchange: Exchange) => {
    const line = JSON.stringify(exchange);
    if (written.has(line)) return;
    written.add(line);
    appendFileSync(file, `${line}\n`);
  };

  /** Records an exchange once a copy of its body has been read, without delaying the reader of the body. */
  const writeOnceRead = (exchange: Promise<Exchange>) => {
    const done = exchange.then(write, () => {}).finally(() => reading.delete(done));
    reading.add(done);
  };

  afterAll(async () => {
    await Promise.all(reading);
  });

  vi.doMock(import("../../src/pipeline/send.js"), async (importOriginal) => {
    const original = await importOriginal();
    return {
      ...original,
      networkStep(network) {
        const send = original.networkStep(network);
        return (url, init) => {
          const request = sentRequest(url, init);
          if (request) write({ kind: "sent", test: testFile(), request });
          return send(url, init);
        };
      },
    };
  });

  vi.doMock(import("../../src/testing/handler.js"), async (importOriginal) => {
    const original = await importOriginal();
    const current = new AsyncLocalStorage<Handling>();
    return {
      ...original,
      createHandler(parts) {
        const take: typeof parts.failures.take = (...args) => {
          const failure = parts.failures.take(...args);
          const handling = current.getStore();
          if (handling && failure !== undefined) handling.isScripted = true;
          return failure;
        };
        const handle = original.createHandler({ ...parts, failures: { ...parts.failures, take } });
        return (request) => {
          const handling: Handling = { body: request.body ? undefined : null, isScripted: false };
          if (request.body) captureBody(request, handling);
          const test = testFile();
          return current
            .run(handling, () => handle(request))
            .then((response) => {
              if (handling.isScripted) return response;
              const received = receivedRequest(request, handling);
              writeOnceRead(
                recordResponse(received.target, response).then(
                  (recorded): Exchange => ({ kind: "handled", test, request: received, response: recorded }),
                ),
              );
              return response;
            });
        };
      },
    };
  });

  vi.doMock(import("../../src/testing/webhook.js"), async (importOriginal) => {
    const original = await importOriginal();
    return {
      ...original,
      sendJobChange(contact, delivery) {
        const test = testFile();
        const network = (request: Request) => {
          writeOnceRead(
            deliveredRequest(request).then(
              (delivered): Exchange => ({ kind: "delivered", test, webhook: "jobChanged", request: delivered }),
            ),
          );
          return delivery.fetch ? delivery.fetch(request) : globalThis.fetch(request);
        };
        return original.sendJobChange(contact, { ...delivery, fetch: network });
      },
    };
  });
}

function testFile(): string {
  return path.relative(process.cwd(), expect.getState().testPath ?? "");
}

/** Returns undefined if the URL is invalid: `fetch` reports that. */
function sentRequest(url: string, init: SendInit): RecordedRequest | undefined {
  if (!URL.canParse(url)) return undefined;
  const { pathname, search } = new URL(url);
  const headers = new Headers(init.headers);
  const body = textOf(init.body);
  const contentType = headers.get("content-type") ?? (body?.contentType || null);
  if (contentType !== null) headers.set("content-type", contentType);
  const target = pathname + search;
  return {
    method: init.method ?? "GET",
    target,
    headers: recordHeaders(headers),
    ...(body && { body: body.text === null ? null : withoutSecrets(target, contentType, body.text) }),
  };
}

/** Returns the text of a body, or undefined for a stream, which can be read only once. */
function textOf(body: SendInit["body"]): { text: string | null; contentType?: string } | undefined {
  if (body === undefined || body === null) return { text: null };
  if (typeof body === "string") return { text: body, contentType: "text/plain;charset=UTF-8" };
  if (body instanceof URLSearchParams) {
    return { text: body.toString(), contentType: "application/x-www-form-urlencoded;charset=UTF-8" };
  }
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return { text: new TextDecoder().decode(body) };
  return undefined;
}

/** Captures the body when the fake reads it. A clone of the request would also follow its abort signal. */
function captureBody(request: Request, handling: Handling): void {
  const read = async () => {
    const text = await Request.prototype.text.call(request);
    handling.body = text;
    return text;
  };
  Object.defineProperty(request, "text", { value: read });
}

function receivedRequest({ method, url, headers }: Request, { body }: Handling): RecordedRequest {
  const { pathname, search } = new URL(url);
  const target = pathname + search;
  const request = { method, target, headers: recordHeaders(headers) };
  if (body === undefined) return request;
  return { ...request, body: body === null ? null : withoutSecrets(target, headers.get("content-type"), body) };
}

async function deliveredRequest(request: Request): Promise<RecordedRequest> {
  const { method, url, headers } = request;
  return { method, target: new URL(url).pathname, headers: recordHeaders(headers), body: await request.clone().text() };
}

async function recordResponse(target: string, response: Response): Promise<RecordedResponse> {
  const { status, headers } = response;
  const recorded = recordHeaders(headers);
  const body = await response.clone().text();
  return { status, headers: recorded, body: withoutSecrets(target, headers.get("content-type"), body) };
}
