import { expect, test } from "vitest";
import { AccessToken } from "../../src/auth/access-token.js";
import { now } from "../../src/auth/clock.js";
import { type SessionRequest, serviceAccount } from "../../src/auth/credentials.js";
import { withFreshCredentials } from "../../src/auth/fresh-credentials.js";
import { SessionError } from "../../src/errors/classes.js";
import { turnedClock } from "../support/turned-clock.js";

/** A renewal whose server knows one secret, and a vault that the test may rotate. */
function renewal(known: string, held: string) {
  const clock = turnedClock();
  const sent: string[] = [];
  const vault = { secret: held, reads: 0, onRead: () => {} };
  const server = { secret: known };
  const credentials = serviceAccount({
    clientId: "client-1",
    clientSecret: () => {
      vault.reads++;
      const { secret } = vault;
      vault.onRead();
      return secret;
    },
  });
  const exchange = async ({ body }: SessionRequest) => {
    const secret = "clientSecret" in body ? body.clientSecret : "";
    sent.push(secret);
    if (secret !== server.secret) throw new SessionError("rejected", "wrong", { status: 401 });
    return new AccessToken("token", { life: 1000, start: now(clock) }, 0);
  };
  const renew = withFreshCredentials(credentials, exchange, clock);
  return { clock, sent, vault, server, renew: () => renew(() => {}) };
}

test("rejected credentials are not sent again for 5 s", async () => {
  const { clock, sent, renew } = renewal("new", "old");
  const first: unknown = await renew().catch((error: unknown) => error);
  clock.pass(4_999);
  await expect(renew()).rejects.toBe(first);
  expect(sent).toEqual(["old"]);
  clock.pass(1);
  await expect(renew()).rejects.toMatchObject({ reason: "rejected" });
  expect(sent).toEqual(["old", "old"]);
});

test("a rotated secret is tried at once", async () => {
  const { sent, vault, renew } = renewal("new", "old");
  await expect(renew()).rejects.toMatchObject({ reason: "rejected" });
  vault.secret = "new";
  expect((await renew()).value).toBe("token");
  expect(sent).toEqual(["old", "new"]);
});

test("a secret that is rotated during the exchange is read once more and tried", async () => {
  const { sent, vault, renew } = renewal("new", "old");
  vault.onRead = () => {
    vault.secret = "new";
  };
  expect((await renew()).value).toBe("token");
  expect(sent).toEqual(["old", "new"]);
});

test("a secret that is wrong twice is not read a third time", async () => {
  const { sent, vault, renew } = renewal("new", "a");
  vault.onRead = () => {
    vault.secret += "a";
  };
  await expect(renew()).rejects.toMatchObject({ reason: "rejected" });
  expect(sent).toEqual(["a", "aa"]);
  expect(vault.reads).toBe(2);
});

test("after a rotation the old secret's rejection is of no account", async () => {
  const { server, vault, renew, sent } = renewal("new", "old");
  await expect(renew()).rejects.toMatchObject({ reason: "rejected" });
  vault.secret = "new";
  await renew();
  await renew();
  server.secret = "old";
  vault.secret = "old";
  await expect(renew()).rejects.toMatchObject({ reason: "rejected" });
  expect(sent).toEqual(["old", "new", "new"]);
});
