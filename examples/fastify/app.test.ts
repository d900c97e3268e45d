import { expect, test } from "vitest";
import { buildApp } from "./app.js";
import { fake } from "./live-data.setup.js";

test("shows who has just joined", async () => {
  const { id } = fake.addPerson({ name: "Ada Example" });
  fake.changeJob(id, { title: "CTO", company: { name: "NVIDIA" } });
  const response = await buildApp().inject("/joiners/NVIDIA");
  expect(response.json()[0]).toEqual({ name: "Ada Example", title: "CTO" });
  expect(fake.requestsTo("searchPeople").at(-1)?.body?.size).toBe(10);
});

test("responds with 502 when no credits are left", async () => {
  fake.credits.setRemaining(0);
  expect((await buildApp().inject("/joiners/Salesforce")).statusCode).toBe(502);
});
