import type { IncomingMessage } from "node:http";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { isContactV2, isSameSecret, verifyWebhook, type WebhookRequest } from "../src/webhook.js";
import { serve } from "./support/serve.js";

const TOKEN = "chosen-t0ken";
const contact = {
  id: "contact-1",
  name: "Jané Doe ☃",
  company: "Example Corp",
  lastJobChangedAt: "2026-01-14T00:00:00Z",
};
const json = JSON.stringify(contact);

function fetchRequest(body: string, token: string | null = TOKEN): Request {
  return new Request("https://backend.test/job-changed", {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...(token !== null && { "X-LiveData-Token": token }) },
  });
}

/** What a server on a real socket is given for a POST, and what becomes of it there. */
async function overSocket(verify: (request: IncomingMessage) => Promise<unknown>, body: string | Buffer) {
  const outcome: { value?: unknown } = {};
  const { origin } = await serve(async (request, response) => {
    outcome.value = await verify(request).catch((error: unknown) => error);
    response.end();
  });
  await fetch(origin, {
    method: "POST",
    body: new Uint8Array(Buffer.from(body)),
    headers: { "X-LiveData-Token": TOKEN },
  }).catch(() => {});
  return outcome.value;
}

describe("a request with the token gives the contact", () => {
  const headers = { "x-livedata-token": TOKEN };

  test.each<[string, () => WebhookRequest]>([
    ["of the Fetch API", () => fetchRequest(json)],
    ["whose body was parsed, as Express and Fastify do", () => ({ headers, body: contact })],
    ["whose body is a text", () => ({ headers, body: json })],
    ["whose body is bytes, as `express.raw()` gives", () => ({ headers, body: Buffer.from(json) })],
  ])("%s", async (_name, request) => {
    expect(await verifyWebhook(request(), TOKEN)).toEqual(contact);
  });

  test("of `node:http`, which has not been read", async () => {
    expect(await overSocket((request) => verifyWebhook(request, TOKEN), json)).toEqual(contact);
  });
});

test("a request of `node:http` may have an encoding set, and a token a line break after it", async () => {
  const verify = (request: IncomingMessage) => verifyWebhook(request.setEncoding("utf8"), `${TOKEN}\n`);
  expect(await overSocket(verify, json)).toEqual(contact);
});

test("a Request that was read before is refused by name", async () => {
  const request = fetchRequest(json);
  await request.text();
  await expect(verifyWebhook(request, TOKEN)).rejects.toMatchObject({
    code: "configuration",
    message: expect.stringContaining("`request`"),
  });
});

describe("a request is not to be believed", () => {
  const wrongToken = {
    name: "WebhookError",
    code: "webhook",
    reason: "token",
    message: expect.stringContaining("401"),
  };

  test.each<[string, WebhookRequest]>([
    ["without a token", fetchRequest(json, null)],
    ["with an empty one", fetchRequest(json, "")],
    ["with another", fetchRequest(json, "chosen-t0keN")],
    ["with the beginning of it", fetchRequest(json, "chosen-t0ke")],
    ["with more than it", fetchRequest(json, "chosen-t0ken2")],
    ["with two of them", { headers: { "x-livedata-token": [TOKEN, TOKEN] }, body: contact }],
    ["with none, of the Node kind", { headers: {}, body: contact }],
  ])("%s, whatever its body", async (_name, request) => {
    const error = await verifyWebhook(request, TOKEN).catch((reason: unknown) => reason);
    expect(error).toMatchObject(wrongToken);
    expect(inspect(error) + JSON.stringify(error)).not.toMatch(/chosen|Jané/);
  });

  test("with another token before its body is read", async () => {
    const request = fetchRequest(json, "another");
    await expect(verifyWebhook(request, TOKEN)).rejects.toMatchObject(wrongToken);
    expect(request.bodyUsed).toBe(false);
  });

  test.each(["", "null", "[]", "{}", '{"id":7}', '"contact"', '{"id":"contact-1"', "<html>Jané Doe"])(
    "whose body is %j",
    async (body) => {
      const refusal = { code: "webhook", reason: "body", message: expect.stringContaining("400") };
      const error = await verifyWebhook(fetchRequest(body), TOKEN).catch((reason: unknown) => reason);
      expect(error).toMatchObject(refusal);
      expect(inspect(error)).not.toContain("Jané");
      expect(await overSocket((request) => verifyWebhook(request, TOKEN), body)).toMatchObject(refusal);
    },
  );

  test("whose body is larger than any contact", async () => {
    const large = JSON.stringify({ ...contact, name: "x".repeat(2 ** 20) });
    await expect(verifyWebhook(fetchRequest(large), TOKEN)).rejects.toMatchObject({ reason: "body" });
    expect(await overSocket((request) => verifyWebhook(request, TOKEN), large)).toMatchObject({ reason: "body" });
  });
});

test.each([undefined, "", " "])("a token that is %j would let anyone in, and is refused", async (token) => {
  await expect(verifyWebhook(fetchRequest(json, token ?? ""), token)).rejects.toMatchObject({
    code: "configuration",
    message: expect.stringContaining("`token`"),
  });
});

test("secrets are told apart wherever they differ", async () => {
  expect(await isSameSecret("å-secret", "å-secret")).toBe(true);
  for (const other of ["", "å-secre", "å-secrett", "A-secret", "a-secret"]) {
    expect(await isSameSecret("å-secret", other)).toBe(false);
  }
});

test.each([
  ["1", contact, false],
  ["2", { id: "c", current_position: { title: "CTO" } }, true],
  ["2 without a job", { id: "c", current_position: null }, true],
  ["2 with hardly anything", { id: "c", last_company_changed_at: null }, true],
  ["none that is known", { id: "c" }, false],
])("a contact of version %s is told from the other", (_version, body, isSecond) => {
  expect(isContactV2(body)).toBe(isSecond);
});
