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

/** Posts a body to a real server that verifies the request, and returns the result or the error. */
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

describe("verifyWebhook returns the contact", () => {
  const headers = { "x-livedata-token": TOKEN };

  test.each<[string, () => WebhookRequest]>([
    ["from a Fetch API request", () => fetchRequest(json)],
    ["from a parsed body, as in Express and Fastify", () => ({ headers, body: contact })],
    ["from a text body", () => ({ headers, body: json })],
    ["from a body of bytes, as `express.raw()` provides", () => ({ headers, body: Buffer.from(json) })],
  ])("%s", async (_name, request) => {
    expect(await verifyWebhook(request(), TOKEN)).toEqual(contact);
  });

  test("from an unread `node:http` request", async () => {
    expect(await overSocket((request) => verifyWebhook(request, TOKEN), json)).toEqual(contact);
  });
});

test("verifyWebhook accepts a `node:http` request with an encoding and a token with a trailing line break", async () => {
  const verify = (request: IncomingMessage) => verifyWebhook(request.setEncoding("utf8"), `${TOKEN}\n`);
  expect(await overSocket(verify, json)).toEqual(contact);
});

test("verifyWebhook rejects a Request whose body was already read, and names the option", async () => {
  const request = fetchRequest(json);
  await request.text();
  await expect(verifyWebhook(request, TOKEN)).rejects.toMatchObject({
    code: "configuration",
    message: expect.stringContaining("`request`"),
  });
});

describe("verifyWebhook rejects a request", () => {
  const wrongToken = {
    name: "WebhookError",
    code: "webhook",
    reason: "token",
    message: expect.stringContaining("401"),
  };

  test.each<[string, WebhookRequest]>([
    ["without a token", fetchRequest(json, null)],
    ["with an empty token", fetchRequest(json, "")],
    ["with a different token", fetchRequest(json, "chosen-t0keN")],
    ["with a prefix of the token", fetchRequest(json, "chosen-t0ke")],
    ["with a longer token", fetchRequest(json, "chosen-t0ken2")],
    ["with two tokens", { headers: { "x-livedata-token": [TOKEN, TOKEN] }, body: contact }],
    ["with Node headers and no token", { headers: {}, body: contact }],
  ])("%s, even if its body is valid", async (_name, request) => {
    const error = await verifyWebhook(request, TOKEN).catch((reason: unknown) => reason);
    expect(error).toMatchObject(wrongToken);
    expect(inspect(error) + JSON.stringify(error)).not.toMatch(/chosen|Jané/);
  });

  test("with a different token before reading its body", async () => {
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

  test("whose body is larger than 1 MiB", async () => {
    const large = JSON.stringify({ ...contact, name: "x".repeat(2 ** 20) });
    await expect(verifyWebhook(fetchRequest(large), TOKEN)).rejects.toMatchObject({ reason: "body" });
    expect(await overSocket((request) => verifyWebhook(request, TOKEN), large)).toMatchObject({ reason: "body" });
  });
});

test.each([undefined, "", " "])("verifyWebhook rejects %j as the expected token", async (token) => {
  await expect(verifyWebhook(fetchRequest(json, token ?? ""), token)).rejects.toMatchObject({
    code: "configuration",
    message: expect.stringContaining("`token`"),
  });
});

test("isSameSecret returns true only for equal secrets", async () => {
  expect(await isSameSecret("å-secret", "å-secret")).toBe(true);
  for (const other of ["", "å-secre", "å-secrett", "A-secret", "a-secret"]) {
    expect(await isSameSecret("å-secret", other)).toBe(false);
  }
});

test.each([
  ["false for a version 1 contact", contact, false],
  ["true for a version 2 contact", { id: "c", current_position: { title: "CTO" } }, true],
  ["true for a version 2 contact without a job", { id: "c", current_position: null }, true],
  ["true for a minimal version 2 contact", { id: "c", last_company_changed_at: null }, true],
  ["false for a contact of unknown version", { id: "c" }, false],
])("isContactV2 returns %s", (_name, body, isSecond) => {
  expect(isContactV2(body)).toBe(isSecond);
});
