import { describe, expect, test } from "vitest";
import { sendBy } from "../../src/http/send.js";
import { withConnectionErrors } from "../../src/transport/connection-errors.js";
import { serve } from "../support/serve.js";

const init = () => ({ method: "POST", body: '{"size":1}', headers: new Headers() });
const send = withConnectionErrors(sendBy({}));
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
    const response = await send(origin, init());
    await expect(response.text()).rejects.toMatchObject(connectionError);
  });

  test("that a custom fetch throws raw is one, too", async () => {
    const broken = withConnectionErrors(
      sendBy({ fetch: () => Promise.reject(Object.assign(new Error("ECONNRESET"))) }),
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
