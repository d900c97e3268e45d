import { describe, expect, it } from "vitest";
import { withOriginCheck } from "../../src/auth/authorize.js";
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
