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

/** What is known of a request while the kit answers it. */
interface Answering {
  body: string | null | undefined;
  /** Whether a test has asked for what comes back: it is then that test's answer, not the kit's. */
  isSpoiled: boolean;
}

const folder = process.env[FOLDER_VARIABLE];
if (folder) record(path.resolve(folder));

/** Has every request of the SDK and every answer of the kit written down, from where they leave each. */
function record(into: string): void {
  const file = path.join(into, `${randomUUID()}.jsonl`);
  const kept = new Set<string>();
  const reading = new Set<Promise<void>>();

  const keep = (exchange: Exchange) => {
    const line = JSON.stringify(exchange);
    if (kept.has(line)) return;
    kept.add(line);
    appendFileSync(file, `${line}\n`);
  };

  /** Keeps an exchange once a copy of its body was read, which whoever waits for the body need not wait for. */
  const keepOnceRead = (exchange: Promise<Exchange>) => {
    const kept = exchange.then(keep, () => {}).finally(() => reading.delete(kept));
    reading.add(kept);
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
          if (request) keep({ kind: "sent", test: testFile(), request });
          return send(url, init);
        };
      },
    };
  });

  vi.doMock(import("../../src/testing/handler.js"), async (importOriginal) => {
    const original = await importOriginal();
    const current = new AsyncLocalStorage<Answering>();
    return {
      ...original,
      createHandler(parts) {
        const take: typeof parts.failures.take = (...args) => {
          const failure = parts.failures.take(...args);
          const answering = current.getStore();
          if (answering && failure !== undefined) answering.isSpoiled = true;
          return failure;
        };
        const handle = original.createHandler({ ...parts, failures: { ...parts.failures, take } });
        return (request) => {
          const answering: Answering = { body: request.body ? undefined : null, isSpoiled: false };
          if (request.body) noteBody(request, answering);
          const test = testFile();
          return current
            .run(answering, () => handle(request))
            .then((response) => {
              if (answering.isSpoiled) return response;
              const got = receivedRequest(request, answering);
              keepOnceRead(
                givenResponse(got.target, response).then(
                  (given): Exchange => ({ kind: "answered", test, request: got, response: given }),
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
          keepOnceRead(
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

/** Undefined where the address is none: `fetch` will say so. */
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

/** What of a body can be read twice; a stream is left alone. */
function textOf(body: SendInit["body"]): { text: string | null; contentType?: string } | undefined {
  if (body === undefined || body === null) return { text: null };
  if (typeof body === "string") return { text: body, contentType: "text/plain;charset=UTF-8" };
  if (body instanceof URLSearchParams) {
    return { text: body.toString(), contentType: "application/x-www-form-urlencoded;charset=UTF-8" };
  }
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return { text: new TextDecoder().decode(body) };
  return undefined;
}

/** Looks over the kit's shoulder when it reads the body: a copy of the request would follow its signal, too. */
function noteBody(request: Request, answering: Answering): void {
  const read = async () => {
    const text = await Request.prototype.text.call(request);
    answering.body = text;
    return text;
  };
  Object.defineProperty(request, "text", { value: read });
}

function receivedRequest({ method, url, headers }: Request, { body }: Answering): RecordedRequest {
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

async function givenResponse(target: string, response: Response): Promise<RecordedResponse> {
  const { status, headers } = response;
  const recorded = recordHeaders(headers);
  const body = await response.clone().text();
  return { status, headers: recorded, body: withoutSecrets(target, headers.get("content-type"), body) };
}
