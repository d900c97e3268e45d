import { createRequire } from "node:module";
import { expect, it } from "vitest";

it("the CommonJS build can call the fake", async () => {
  const require = createRequire(import.meta.url);
  const { createLiveData, unwrap }: typeof import("@livedata/sdk") = require("@livedata/sdk");
  const { createFakeLiveData }: typeof import("@livedata/sdk/testing") = require("@livedata/sdk/testing");
  using fake = createFakeLiveData({ people: 5 }).install();
  const { count } = await unwrap(createLiveData().people.POST("/search", { body: { size: 0 } }));
  expect([count, fake.requests.length]).toEqual([5, 2]);
});

it("the CommonJS build knows the credits of what the ESM build returned", async () => {
  const { createLiveData }: typeof import("@livedata/sdk") = await import("@livedata/sdk");
  const { credits }: typeof import("@livedata/sdk") = createRequire(import.meta.url)("@livedata/sdk");
  const { createFakeLiveData }: typeof import("@livedata/sdk/testing") = await import("@livedata/sdk/testing");
  using _fake = createFakeLiveData({ people: 5 }).install();
  expect(credits(await createLiveData().people.search({ size: 1 })).used).toBe(1);
});
