import { execFile } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test, vi } from "vitest";
import { verifyWebhook, type WebhookRequest } from "../../src/webhook.js";
import { serve } from "../support/serve.js";

const TOKEN = "chosen-t0ken";
const contact = { id: "contact-1", name: "Jané Doe ☃" };
const json = JSON.stringify(contact);

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Sends a POST to a server that verifies it, as the callback writes it. Resolves with the outcome and the status. */
async function deliver(
  write: (request: ReturnType<typeof httpRequest>) => void,
  verify = (request: IncomingMessage): Promise<unknown> => verifyWebhook(request, TOKEN),
) {
  const outcome = new EventEmitter();
  const verified = once(outcome, "verified").then(([value]: unknown[]) => value);
  const { origin } = await serve(async (request, response) => {
    const value = await verify(request).catch((error: unknown) => error);
    outcome.emit("verified", value);
    response.writeHead(value instanceof Error ? 400 : 204).end();
  });
  const request = httpRequest(origin, { method: "POST", headers: { "X-LiveData-Token": TOKEN } });
  const status = once(request, "response").then(([response]) => response.statusCode);
  status.catch(() => {});
  request.on("error", () => {});
  write(request);
  return { outcome: verified, status };
}

describe("[25] a token that no header can carry is refused as configuration", () => {
  test.each(["a\nb", "a\rb", "a\0b", "a\u007fb", "t0ken-☃", "t0ken-😀", "a\u2028b"])("[25] %j", async (token) => {
    const error = await verifyWebhook({ headers: { "x-livedata-token": token }, body: contact }, token).catch(
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: "configuration", message: expect.stringContaining("`token`") });
    expect(String(error)).not.toContain(token);
  });

  test.each(["a b", "tøken", "t0ken\n"])("[25] but not %j", async (token) => {
    const request = { headers: { "x-livedata-token": token.trim() }, body: contact };
    expect(await verifyWebhook(request, token)).toEqual(contact);
  });
});

describe("[25] a polyfilled Request is verified like the platform's", () => {
  const headers = { get: (name: string) => (name === "x-livedata-token" ? TOKEN : null) };
  const bytes = new TextEncoder().encode(json);
  const streamed = () => new ReadableStream({ start: (stream) => void [stream.enqueue(bytes), stream.close()] });

  test.each<[string, () => object]>([
    ["with a web stream", () => ({ headers, body: streamed(), bodyUsed: false, text: () => expect.unreachable() })],
    [
      "with a Node stream",
      () => ({
        headers,
        body: (async function* () {
          yield bytes;
        })(),
        bodyUsed: false,
      }),
    ],
    ["without a stream", () => ({ headers, bodyUsed: false, text: async () => json })],
    ["whose headers are a Map", () => ({ headers: new Map([["x-livedata-token", TOKEN]]), text: async () => json })],
    ["of another realm", () => runInNewContext("({ headers, text: async () => json })", { headers, json })],
  ])("[25] %s", async (_name, request) => {
    expect(await verifyWebhook(request() as WebhookRequest, TOKEN)).toEqual(contact);
  });

  test("[25] also where the globals were replaced after the request was made", async () => {
    const request = new Request("https://backend.test", {
      method: "POST",
      body: json,
      headers: { "X-LiveData-Token": TOKEN },
    });
    vi.stubGlobal("Request", class {});
    vi.stubGlobal("Headers", class {});
    vi.stubGlobal("Response", class {});
    expect(await verifyWebhook(request, TOKEN)).toEqual(contact);
  });

  test("[25] and refused if it was read, or has another token", async () => {
    const read = { headers, bodyUsed: true, text: async () => json };
    await expect(verifyWebhook(read as unknown as WebhookRequest, TOKEN)).rejects.toMatchObject({
      code: "configuration",
    });
    const other = { headers, text: async () => json } as unknown as WebhookRequest;
    await expect(verifyWebhook(other, "another")).rejects.toMatchObject({ reason: "token" });
    const large = { headers, text: async () => json + " ".repeat(2 ** 20) } as unknown as WebhookRequest;
    await expect(verifyWebhook(large, TOKEN)).rejects.toMatchObject({ reason: "body" });
  });
});

describe("[25] the limit of a body counts bytes", () => {
  // Three bytes each: 1.2 MB, but only 400,000 UTF-16 units.
  const large = JSON.stringify({ ...contact, name: "☃".repeat(400_000) });
  // One byte less than the limit.
  const fitting = JSON.stringify({ ...contact, name: "x".repeat(2 ** 20 - 41) });

  test("[25] of a Node request, which can still be responded to", async () => {
    for (const verify of [
      (request: IncomingMessage) => verifyWebhook(request, TOKEN),
      (request: IncomingMessage) => verifyWebhook(request.setEncoding("utf8"), TOKEN),
    ]) {
      const refused = await deliver((request) => request.end(large), verify);
      expect(await refused.outcome).toMatchObject({ code: "webhook", reason: "body" });
      expect(await refused.status).toBe(400);
      const taken = await deliver((request) => request.end(fitting), verify);
      expect(await taken.outcome).toMatchObject({ id: "contact-1" });
    }
  });

  test("[25] of a body that the server has read", async () => {
    const headers = { "x-livedata-token": TOKEN };
    for (const body of [large, Buffer.from(large), new TextEncoder().encode(large)]) {
      await expect(verifyWebhook({ headers, body }, TOKEN)).rejects.toMatchObject({ reason: "body" });
    }
    expect(await verifyWebhook({ headers, body: Buffer.from(fitting) }, TOKEN)).toMatchObject({ id: "contact-1" });
  });

  test("[25] and characters may be split between chunks", async () => {
    const { outcome, status } = await deliver(async (request) => {
      for (const byte of Buffer.from(json)) {
        request.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      request.end();
    });
    expect([await outcome, await status]).toEqual([contact, 204]);
  });
});

describe("[25] an odd request", () => {
  const headers = { "x-livedata-token": TOKEN };

  test("[25] whose client leaves has no contact", async () => {
    const { outcome } = await deliver((request) => {
      request.write(json.slice(0, 9));
      setTimeout(() => request.destroy(), 50);
    });
    expect(await outcome).toMatchObject({ code: "webhook", reason: "body" });
  });

  test.each<[string, unknown]>([
    ["objects", Readable.from([contact])],
    ["numbers", Readable.from([1, 2])],
    ["nothing but a failure", new ReadableStream({ pull: () => Promise.reject(new Error("gone")) })],
  ])("[25] whose body is a stream of %s has no contact", async (_what, body) => {
    const outcome = verifyWebhook({ headers, body }, TOKEN);
    await expect(outcome).rejects.toMatchObject({ code: "webhook", reason: "body" });
  });

  test.each([undefined, null, "request", {}, { headers: null }])("[25] is no request: %j", async (request) => {
    const outcome = verifyWebhook(request as never, TOKEN);
    await expect(outcome).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining("`request`"),
    });
  });

  test("[25] whose body is locked was read before", async () => {
    const request = new Request("https://backend.test", { method: "POST", body: json, headers });
    request.body?.getReader();
    await expect(verifyWebhook(request, TOKEN)).rejects.toMatchObject({ code: "configuration" });
  });
});

describe("[25] a body that drips has 10 s", () => {
  test("[25] of a Node request, which can still be responded to", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { outcome, status } = await deliver((request) => request.write(json.slice(0, 9)));
    await settledTimers();
    await vi.advanceTimersByTimeAsync(9_999);
    let isOver = false;
    void outcome.then(() => (isOver = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome).toMatchObject({ code: "webhook", reason: "body", message: expect.stringContaining("10 s") });
    expect(await status).toBe(400);
  });

  test("[25] of a Request, whose stream is cancelled", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const cancel = vi.fn();
    const body = new ReadableStream({ cancel, start: (stream) => stream.enqueue(new Uint8Array(1)) });
    const init = { method: "POST", body, duplex: "half", headers: { "X-LiveData-Token": TOKEN } };
    const outcome = verifyWebhook(new Request("https://backend.test", init), TOKEN).catch((error: unknown) => error);
    await settledTimers();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await outcome).toMatchObject({ code: "webhook", reason: "body" });
    expect(cancel).toHaveBeenCalledOnce();
  });

  test("[25] and its timer does not keep the process alive", async () => {
    const program = `
      import { verifyWebhook } from "./src/webhook.ts";
      const headers = { "x-livedata-token": "t" };
      const body = { getReader: () => ({ read: () => new Promise(() => {}), cancel: async () => {} }) };
      verifyWebhook({ headers, body }, "t");
      const started = performance.now();
      process.on("exit", () => console.log(performance.now() - started));
    `;
    const args = ["--import", "tsx", "--input-type=module", "--eval", program];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(Number(stdout)).toBeLessThan(9_000);
  });

  test("[25] and leaves no timer", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await verifyWebhook({ headers: { "x-livedata-token": TOKEN }, body: json }, TOKEN);
    expect(vi.getTimerCount()).toBe(0);
  });
});

/** Waits until a fake timer runs. */
async function settledTimers(): Promise<void> {
  while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
}
