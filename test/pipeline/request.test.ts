import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { sendArguments } from "../../src/pipeline/request.js";
import { networkStep } from "../../src/pipeline/send.js";

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

describe("on Deno, which sends a text or bytes again by itself", () => {
  test.each<[name: string, body: BodyInit, type: string | null, text: string]>([
    ["a text", "a=b", "text/plain;charset=utf-8", "a=b"],
    ["a form", new URLSearchParams({ a: "b" }), "application/x-www-form-urlencoded;charset=utf-8", "a=b"],
    ["bytes", new TextEncoder().encode("a=b").buffer, null, "a=b"],
    ["a view of bytes", new TextEncoder().encode("a=b"), null, "a=b"],
  ])("%s goes as a Blob of the same type", async (_name, body, type, text) => {
    vi.stubGlobal("Deno", {});
    const fetch = vi.fn<typeof globalThis.fetch>(async () => new Response());
    vi.stubGlobal("fetch", fetch);
    await networkStep({})("https://api.test/", { method: "POST", headers: new Headers(), body });
    const [, init] = fetch.mock.calls[0] ?? [];
    expect(init?.body).toBeInstanceOf(Blob);
    const request = new Request("https://api.test/", init);
    expect([request.headers.get("content-type"), await request.text()]).toEqual([type, text]);
  });

  test("anything else goes as it is", async () => {
    vi.stubGlobal("Deno", {});
    const fetch = vi.fn<typeof globalThis.fetch>(async () => new Response());
    vi.stubGlobal("fetch", fetch);
    const body = new FormData();
    await networkStep({})("https://api.test/", { method: "POST", headers: new Headers(), body });
    expect(fetch.mock.calls[0]?.[1]?.body).toBe(body);
  });
});
