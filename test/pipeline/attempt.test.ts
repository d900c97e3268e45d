import { describe, expect, test } from "vitest";
import { withAttempt } from "../../src/pipeline/attempt.js";
import { toResponse } from "../../src/pipeline/response.js";
import { networkStep } from "../../src/pipeline/send.js";
import { makeCall } from "../support/call.js";
import { serve } from "../support/serve.js";

const init = (call = makeCall()) => ({ method: "POST", body: '{"size":1}', headers: new Headers(), call });
/** A call whose response body the attempt does not read. */
const stream = () => makeCall({}, { isStream: true });
const send = withAttempt(networkStep({}));
const connectionError = {
  name: "ConnectionError",
  code: "connection",
  retryable: true,
  message: expect.stringContaining("http://127.0.0.1"),
  cause: expect.any(Error),
};

describe("an attempt throws a ConnectionError", () => {
  test("if nobody listens on the port", async () => {
    const { server, origin } = await serve(() => {});
    server.close();
    await expect(send(origin, init())).rejects.toMatchObject(connectionError);
  });

  test("if the connection is reset", async () => {
    const { origin } = await serve((request) => request.socket.destroy());
    await expect(send(origin, init())).rejects.toMatchObject(connectionError);
  });

  test("if the connection breaks in the middle of the body", async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half", () => response.destroy());
    });
    await expect(send(origin, init())).rejects.toMatchObject(connectionError);
    const response = toResponse(await send(origin, init(stream())));
    await expect(response.text()).rejects.toMatchObject(connectionError);
  });

  test("if a custom `fetch` throws an error with a network code", async () => {
    const broken = withAttempt(
      networkStep({ fetch: () => Promise.reject(Object.assign(new Error("reset"), { code: "ECONNRESET" })) }),
    );
    await expect(broken("http://127.0.0.1/", init())).rejects.toMatchObject(connectionError);
  });
});

test("an attempt rejects with the reason of the caller's signal", async () => {
  const { origin } = await serve(() => {});
  const reason = new Error("the user left");
  const call = send(origin, { ...init(), signal: AbortSignal.abort(reason) });
  await expect(call).rejects.toBe(reason);
});

test("`response.json()` rejects with a SyntaxError if the body is not JSON", async () => {
  const { origin } = await serve((_request, response) => response.end("<html>"));
  const response = await send(origin, init());
  await expect(toResponse(response).json()).rejects.toBeInstanceOf(SyntaxError);
});
