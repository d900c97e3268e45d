import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFakeLiveData } from "../../src/testing/index.js";
import { readContracts } from "./contract.js";
import { bodiesChangedOften, bodiesChangedOnce, requestsChangedAround } from "./mutations.js";
import type { RecordedRequest } from "./recordings.js";
import { toRequest, validRequests } from "./valid-requests.js";
import { documentsVerdict, fakeVerdict } from "./verdicts.js";

const contracts = await readContracts();
const fake = createFakeLiveData({ people: 5, strictFields: false });

describe("the fake rejects exactly the requests that the documents reject", () => {
  for (const valid of validRequests) {
    const counts = { valid: 0, invalid: 0 };
    const check = async (request: RecordedRequest) => {
      const documents = documentsVerdict(contracts, request);
      const verdict = await fakeVerdict(fake, valid.operation, request);
      expect(verdict.isValid, JSON.stringify({ request, documents, fake: verdict })).toBe(documents.isValid);
      counts[documents.isValid ? "valid" : "invalid"]++;
    };
    const title = `${valid.operation} ${valid.mediaType ?? ""}`.trim();

    it(`${title}: the valid request`, async () => {
      await check(toRequest(valid));
      expect(counts.valid).toBe(1);
    });

    it(`${title}: every change of path, query or media type, and malformed bodies`, async () => {
      for (const request of requestsChangedAround(valid)) await check(request);
    });

    if (valid.mediaType === undefined) continue;

    it(`${title}: every single change of the body`, async () => {
      for (const request of bodiesChangedOnce(valid)) await check(request);
      expect(Math.min(counts.valid, counts.invalid)).toBeGreaterThan(20);
    });

    it(`${title}: random combinations of changes of the body`, () =>
      fc.assert(fc.asyncProperty(bodiesChangedOften(valid), check), { numRuns: 400 }));
  }
});
