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

test("a request sends the package version as its User-Agent unless it has its own", async () => {
  expect(await userAgentOf()).toBe(`livedata-sdk/${version}`);
  expect(await userAgentOf({ headers: { "User-Agent": "own/1" } })).toBe("own/1");
});

test.each([
  ["a browser sends its own User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", false],
  ["Workers send the User-Agent of the package", "Cloudflare-Workers", true],
  ["Deno sends the User-Agent of the package", "Deno/2.5.0", true],
  ["Node 20, which has no `navigator`, sends the User-Agent of the package", undefined, true],
])("%s", async (_name, userAgent, isNamed) => {
  vi.stubGlobal("navigator", userAgent && { userAgent });
  expect(await userAgentOf()).toBe(isNamed ? `livedata-sdk/${version}` : null);
});

describe("on Deno, which resends strings and bytes by itself", () => {
  test.each<[name: string, body: BodyInit, type: string | null, text: string]>([
    ["a string", "a=b", "text/plain;charset=utf-8", "a=b"],
    ["a form", new URLSearchParams({ a: "b" }), "application/x-www-form-urlencoded;charset=utf-8", "a=b"],
    ["an ArrayBuffer", new TextEncoder().encode("a=b").buffer, null, "a=b"],
    ["a typed array", new TextEncoder().encode("a=b"), null, "a=b"],
  ])("%s is sent as a Blob of the same type", async (_name, body, type, text) => {
    vi.stubGlobal("Deno", {});
    const fetch = vi.fn<typeof globalThis.fetch>(async () => new Response());
    vi.stubGlobal("fetch", fetch);
    await networkStep({})("https://api.test/", { method: "POST", headers: new Headers(), body });
    const [, init] = fetch.mock.calls[0] ?? [];
    expect(init?.body).toBeInstanceOf(Blob);
    const request = new Request("https://api.test/", init);
    expect([request.headers.get("content-type"), await request.text()]).toEqual([type, text]);
  });

  test("any other body is sent unchanged", async () => {
    vi.stubGlobal("Deno", {});
    const fetch = vi.fn<typeof globalThis.fetch>(async () => new Response());
    vi.stubGlobal("fetch", fetch);
    const body = new FormData();
    await networkStep({})("https://api.test/", { method: "POST", headers: new Headers(), body });
    expect(fetch.mock.calls[0]?.[1]?.body).toBe(body);
  });
});
