import { describe, expect, test } from "vitest";
import { withAttempt } from "../../src/pipeline/attempt.js";
import { networkStep } from "../../src/pipeline/send.js";
import { callOf } from "../support/call.js";
import { serve } from "../support/serve.js";

const init = (call = callOf()) => ({ method: "POST", body: '{"size":1}', headers: new Headers(), call });
/** A call whose body is not read by the attempt. */
const stream = () => callOf({}, { isStream: true });
const send = withAttempt(networkStep({}));
const connectionError = {
  name: "ConnectionError",
  code: "connection",
  retryable: true,
  message: expect.stringContaining("http://127.0.0.1"),
  cause: expect.any(Error),
};

describe("a failure of the network", () => {
  test("because nobody listens is a ConnectionError", async () => {
    const { server, origin } = await serve(() => {});
    server.close();
    await expect(send(origin, init())).rejects.toMatchObject(connectionError);
  });

  test("because the connection is reset is one, too", async () => {
    const { origin } = await serve((request) => request.socket.destroy());
    await expect(send(origin, init())).rejects.toMatchObject(connectionError);
  });

  test("in the middle of the body is one, too", async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half", () => response.destroy());
    });
    await expect(send(origin, init())).rejects.toMatchObject(connectionError);
    const response = await send(origin, init(stream()));
    await expect(response.text()).rejects.toMatchObject(connectionError);
  });

  test("that a custom fetch throws raw is one, too", async () => {
    const broken = withAttempt(
      networkStep({ fetch: () => Promise.reject(Object.assign(new Error("reset"), { code: "ECONNRESET" })) }),
    );
    await expect(broken("http://127.0.0.1/", init())).rejects.toMatchObject(connectionError);
  });
});

test("the reason of the caller's own signal passes as it is", async () => {
  const { origin } = await serve(() => {});
  const reason = new Error("the user left");
  const call = send(origin, { ...init(), signal: AbortSignal.abort(reason) });
  await expect(call).rejects.toBe(reason);
});

test("a body that is not JSON passes as the parser's error", async () => {
  const { origin } = await serve((_request, response) => response.end("<html>"));
  const response = await send(origin, init());
  await expect(response.json()).rejects.toBeInstanceOf(SyntaxError);
});
