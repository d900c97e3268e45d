import { expect, test } from "vitest";
// Both files come from examples/fastify, which is copied next to this file.
import { buildApp } from "./app.js";
import { fake } from "./live-data.setup.js";

test("the webhook records a job change only with the right token", async () => {
  const { id } = fake.addPerson({ name: "Ada Example" });
  const app = buildApp();
  const webhook = `${await app.listen({ port: 0 })}/webhooks/live-data`;
  expect((await fake.deliverJobChange(id, { url: webhook, token: "a guess" })).status).toBe(401);
  expect((await fake.deliverJobChange(id, { url: webhook, token: "the token that you chose" })).status).toBe(204);
  expect((await app.inject("/moves")).json()).toEqual(["Ada Example"]);
  await app.close();
});
