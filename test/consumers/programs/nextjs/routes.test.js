import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createFakeLiveData } from "@livedata/sdk/testing";
import { startNext } from "./next-server.js";

const fake = createFakeLiveData();
const START = { timeout: 60_000 };
let stop;
let url;

before(async () => {
  await fake.listen();
  ({ url, stop } = await startNext(fake.env));
}, START);

after(async () => {
  await stop();
  await fake.close();
});

test("GET /people/[id] returns a person", async () => {
  const response = await fetch(`${url}/people/LDP-1-EXAMPLE`);
  assert.deepEqual(await response.json(), { name: "Jane Doe", company: "Example Corp" });
});

test("GET /people/[id] returns 404 for an unknown id", async () => {
  assert.equal((await fetch(`${url}/people/LDP-1-NOBODY`)).status, 404);
});

test("GET /people/[id] returns 502 when no credits are left", async () => {
  fake.failures.next("getPerson", { status: 402 });
  assert.equal((await fetch(`${url}/people/LDP-1-EXAMPLE`)).status, 502);
});

test("the webhook returns the changed contact only with the right token", async () => {
  const { id } = fake.addPerson({ name: "Ada Example" });
  const webhook = `${url}/webhooks/live-data`;
  assert.equal((await fake.deliverJobChange(id, { url: webhook, token: "a guess" })).status, 401);
  const response = await fake.deliverJobChange(id, { url: webhook, token: "the token that you chose" });
  assert.deepEqual(await response.json(), { noted: "Ada Example" });
});
