import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { createFakeLiveData } from "@livedata/sdk/testing";
import { buildApp } from "./app.js";

const fake = createFakeLiveData().install();
const server = buildApp().listen(0);
const url = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

before(() => once(server, "listening"));
after(async () => {
  server.close();
  await fake.close();
});

test("GET /people/:id returns a person", async () => {
  const response = await fetch(url("/people/LDP-1-EXAMPLE"));
  assert.deepEqual(await response.json(), { name: "Jane Doe", company: "Example Corp" });
});

test("GET /people/:id returns 404 for an unknown id", async () => {
  assert.equal((await fetch(url("/people/LDP-1-NOBODY"))).status, 404);
});

test("GET /people/:id returns 502 when no credits are left", async () => {
  fake.failures.next("getPerson", { status: 402 });
  assert.equal((await fetch(url("/people/LDP-1-EXAMPLE"))).status, 502);
});

test("the webhook records a job change only with the right token", async () => {
  const { id } = fake.addPerson({ name: "Ada Example" });
  const webhook = url("/webhooks/live-data");
  assert.equal((await fake.deliverJobChange(id, { url: webhook, token: "a guess" })).status, 401);
  assert.equal((await fake.deliverJobChange(id, { url: webhook, token: "the token that you chose" })).status, 204);
  assert.deepEqual(await (await fetch(url("/moves"))).json(), ["Ada Example"]);
});
