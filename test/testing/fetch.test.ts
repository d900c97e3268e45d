import { describe, expect, it } from "vitest";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import { exchange, HOST, open, orgId, send } from "./support.js";

const searchUrl = `${HOST}/api/people/v1/${orgId}/search`;
const headers = { Authorization: `Bearer ${fakeCredentials.apiKey}`, "Content-Type": "application/json" };
const post = { method: "POST", headers, body: '{"size":0}' };

describe("fetch", () => {
  const { fake } = open({ people: 5 });

  it("accepts a string, a URL, a Request, and a Request with changes", async () => {
    const inputs = [
      () => fake.fetch(searchUrl, post),
      () => fake.fetch(new URL(searchUrl), post),
      () => fake.fetch(new Request(searchUrl, post)),
      () => fake.fetch(new Request(searchUrl, { ...post, headers: {} }), { headers }),
    ];
    for (const send of inputs) expect((await send()).status).toBe(200);
    await expect(fake.fetch("/a/path/alone")).rejects.toThrow(TypeError);
  });

  it("has the type of the platform's fetch", () => {
    const replacement: typeof fetch = fake.fetch;
    expect(replacement).toBe(fake.fetch);
  });

  it("consumes the body of a Request, as the platform's fetch does", async () => {
    const request = new Request(searchUrl, post);
    await fake.fetch(request);
    expect(request.bodyUsed).toBe(true);
    await expect(fake.fetch(request)).rejects.toThrow(TypeError);
  });

  it("rejects with the signal's reason if aborted before or during the request", async () => {
    const reason = new Error("changed my mind");
    const before = createFakeLiveData({ people: 5 });
    await expect(before.fetch(searchUrl, { ...post, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(before.requests).toEqual([]);

    const controller = new AbortController();
    const underWay = fake.fetch(searchUrl, { ...post, signal: controller.signal });
    controller.abort(reason);
    await expect(underWay).rejects.toBe(reason);
  });

  it("responds to HEAD as to GET, without the body", async () => {
    const url = `${HOST}/api/dwh/v1/companies/nvidia.com`;
    const [get, head] = [await fake.fetch(url, { headers }), await fake.fetch(url, { method: "HEAD", headers })];
    expect(head.status).toBe(200);
    expect(await head.text()).toBe("");
    const { byteLength } = await get.arrayBuffer();
    expect(head.headers.get("Content-Length")).toBe(String(byteLength));
  });

  it("returns a separate body to each caller", async () => {
    const read = async () =>
      (
        await send<{ name: string }>(fake, `/api/people/v1/${orgId}/person/LDP-1-EXAMPLE`, {
          token: fakeCredentials.apiKey,
        })
      ).body;
    const first = await read();
    first.name = "changed";
    expect((await read()).name).toBe("Jane Doe");
  });
});

describe("requests", () => {
  it("lists each request with its operation and status", async () => {
    const fake = createFakeLiveData({ people: 5 });
    const { accessToken } = (await exchange(fake)).body;
    await exchange(fake, "a-wrong-secret");
    await send(fake, `/api/people/v1/${orgId}/search`, { body: { size: 0 }, token: accessToken });
    await send(fake, `/api/people/v1/${orgId}/search`, { body: { size: -1 }, token: accessToken });
    await send(fake, `/api/ledgers/v1/${orgId}/contacts?lastJobChangedAt=2026-01-01`, { token: "a-wrong-token" });
    await send(fake, "/no/such/path");
    const received = fake.requests.map(({ method, path, operation, status }) => [method, path, operation, status]);
    expect(received).toEqual([
      ["POST", "/api/identity/v1/session", "createSession", 200],
      ["POST", "/api/identity/v1/session", "createSession", 401],
      ["POST", `/api/people/v1/${orgId}/search`, "searchPeople", 200],
      ["POST", `/api/people/v1/${orgId}/search`, "searchPeople", 400],
      ["GET", `/api/ledgers/v1/${orgId}/contacts`, "listContacts", 401],
      ["GET", "/no/such/path", undefined, 404],
    ]);
  });
});
