import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFakeLiveData } from "../../src/testing/index.js";
import { readContracts } from "./contract.js";
import { bodiesChangedOften, bodiesChangedOnce, requestsChangedAround } from "./mutations.js";
import type { RecordedRequest } from "./recordings.js";
import { validRequests, written } from "./valid-requests.js";
import { askDocuments, askKit } from "./verdicts.js";

const contracts = await readContracts();
const fake = createFakeLiveData({ people: 5 });

describe("the kit refuses what the documents refuse, and nothing else", () => {
  for (const valid of validRequests) {
    const counts = { valid: 0, invalid: 0 };
    const check = async (request: RecordedRequest) => {
      const documents = askDocuments(contracts, request);
      const kit = await askKit(fake, valid.operation, request);
      expect(kit.isValid, JSON.stringify({ request, documents, kit })).toBe(documents.isValid);
      counts[documents.isValid ? "valid" : "invalid"]++;
    };
    const title = `${valid.operation} ${valid.mediaType ?? ""}`.trim();

    it(`${title}, as it stands`, async () => {
      await check(written(valid));
      expect(counts.valid).toBe(1);
    });

    it(`${title}, with another path, query, media type, or a body that is none`, async () => {
      for (const request of requestsChangedAround(valid)) await check(request);
    });

    if (valid.mediaType === undefined) continue;

    it(`${title}, with a body that was changed in one place, every one and in every way`, async () => {
      for (const request of bodiesChangedOnce(valid)) await check(request);
      expect(Math.min(counts.valid, counts.invalid)).toBeGreaterThan(20);
    });

    it(`${title}, with a body that was changed at random`, () =>
      fc.assert(fc.asyncProperty(bodiesChangedOften(valid), check), { numRuns: 400 }));
  }
});
