import { expect, test } from "vitest";
import { AccessToken } from "../../src/auth/access-token.js";
import { now } from "../../src/auth/clock.js";
import { type SessionRequest, serviceAccount } from "../../src/auth/credentials.js";
import { withFreshCredentials } from "../../src/auth/fresh-credentials.js";
import { SessionError } from "../../src/errors/classes.js";
import { fakeClock } from "../support/fake-clock.js";

/** Makes an exchange whose server accepts one secret and whose vault holds another; tests rotate both. */
function makeExchange(accepted: string, stored: string) {
  const clock = fakeClock();
  const sent: string[] = [];
  const vault = { secret: stored, reads: 0, onRead: () => {} };
  const server = { secret: accepted };
  const credentials = serviceAccount({
    clientId: "client-1",
    clientSecret: () => {
      vault.reads++;
      const { secret } = vault;
      vault.onRead();
      return secret;
    },
  });
  const send = async ({ body }: SessionRequest) => {
    const secret = "clientSecret" in body ? body.clientSecret : "";
    sent.push(secret);
    if (secret !== server.secret) throw new SessionError("rejected", "wrong", { status: 401 });
    return new AccessToken("token", { life: 1000, start: now(clock) }, 0);
  };
  const exchange = withFreshCredentials(credentials, send, clock);
  return { clock, sent, vault, server, exchange: () => exchange({ onStep() {}, onRequest() {} }, {}) };
}

test("rejected credentials are not sent again for 5 s", async () => {
  const { clock, sent, exchange } = makeExchange("new", "old");
  const first: unknown = await exchange().catch((error: unknown) => error);
  clock.advance(4_999);
  await expect(exchange()).rejects.toBe(first);
  expect(sent).toEqual(["old"]);
  clock.advance(1);
  await expect(exchange()).rejects.toMatchObject({ reason: "rejected" });
  expect(sent).toEqual(["old", "old"]);
});

test("a rotated secret is sent at once", async () => {
  const { sent, vault, exchange } = makeExchange("new", "old");
  await expect(exchange()).rejects.toMatchObject({ reason: "rejected" });
  vault.secret = "new";
  expect((await exchange()).value).toBe("token");
  expect(sent).toEqual(["old", "new"]);
});

test("a secret that is rotated during an exchange is read again and sent", async () => {
  const { sent, vault, exchange } = makeExchange("new", "old");
  vault.onRead = () => {
    vault.secret = "new";
  };
  expect((await exchange()).value).toBe("token");
  expect(sent).toEqual(["old", "new"]);
});

test("a secret is not read a third time after two rejections", async () => {
  const { sent, vault, exchange } = makeExchange("new", "a");
  vault.onRead = () => {
    vault.secret += "a";
  };
  await expect(exchange()).rejects.toMatchObject({ reason: "rejected" });
  expect(sent).toEqual(["a", "aa"]);
  expect(vault.reads).toBe(2);
});

test("a rotated secret is accepted while the old one is still not sent again", async () => {
  const { server, vault, exchange, sent } = makeExchange("new", "old");
  await expect(exchange()).rejects.toMatchObject({ reason: "rejected" });
  vault.secret = "new";
  await exchange();
  await exchange();
  server.secret = "old";
  vault.secret = "old";
  await expect(exchange()).rejects.toMatchObject({ reason: "rejected" });
  expect(sent).toEqual(["old", "new", "new"]);
});
