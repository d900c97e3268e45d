import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { sendArguments } from "../../src/http/send.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

async function userAgentOf(init?: RequestInit): Promise<string | null> {
  const [, { headers }] = await sendArguments("https://api.test", init);
  const [, ofRequest] = await sendArguments(new Request("https://api.test", init));
  expect(ofRequest.headers.get("user-agent")).toBe(headers.get("user-agent"));
  return headers.get("user-agent");
}

test("a request names this package and its version, unless it has a name of its own", async () => {
  expect(await userAgentOf()).toBe(`livedata-sdk/${version}`);
  expect(await userAgentOf({ headers: { "User-Agent": "own/1" } })).toBe("own/1");
});

test.each([
  ["a browser has its own", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", false],
  ["Workers have none", "Cloudflare-Workers", true],
  ["Deno is a backend", "Deno/2.5.0", true],
  ["Node 20 has no navigator", undefined, true],
])("%s", async (_name, userAgent, isNamed) => {
  vi.stubGlobal("navigator", userAgent && { userAgent });
  expect(await userAgentOf()).toBe(isNamed ? `livedata-sdk/${version}` : null);
});
