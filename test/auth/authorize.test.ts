import { describe, expect, it } from "vitest";
import { AccessToken } from "../../src/auth/access-token.js";
import { isRejected, withOriginCheck } from "../../src/auth/authorize.js";
import { now, systemClock } from "../../src/auth/clock.js";
import type { SendInit } from "../../src/pipeline/send.js";

describe("withOriginCheck", () => {
  /** The requests that were sent, each as its URL and its redirect mode. */
  const sent: [string, string | undefined][] = [];
  const send = withOriginCheck(
    async (url, { redirect }) => {
      sent.push([url, redirect]);
      return new Response();
    },
    { origins: ["https://api.test"] },
  );
  const init: SendInit = { method: "POST", body: "secret", headers: new Headers(), redirect: "follow" };

  it("follows no redirect, even if the caller asks for it", async () => {
    await send("https://api.test/session", init);
    expect(sent.splice(0)).toEqual([["https://api.test/session", "manual"]]);
  });

  it("sends nothing to an origin that is not the API's", async () => {
    await expect(send("https://elsewhere.test/session", init)).rejects.toMatchObject({ code: "configuration" });
    expect(sent).toEqual([]);
  });
});

describe("isRejected", () => {
  const source = { origins: ["https://api.test"], token: () => Promise.reject(), invalidate() {} };

  it.each([
    ["https://api.test/other", true],
    ["https://api.test.elsewhere.test/other", false],
    ["https://elsewhere.test/other", false],
    ["", false],
    ["no URL", false],
  ])("takes a 401 after a redirect to %j for a rejection of the token: %s", (url, expected) => {
    const token = new AccessToken("t0ken", { life: 1_000, start: now(systemClock) }, 0);
    const response = Object.defineProperties(new Response(null, { status: 401 }), {
      redirected: { value: true },
      url: { value: url },
    });
    expect(isRejected(source, token, response)).toBe(expected);
    expect(token.wasAccepted).toBe(false);
  });
});
