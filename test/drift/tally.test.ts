import { expect, it } from "vitest";
import { type Observation, Tally } from "../../src/drift/tally.js";

it("counts no more than 1,000 kinds, and goes on with those", () => {
  const reported: unknown[] = [];
  const tally = new Tally((found) => reported.push(found));
  const kind = (status: number): Observation => ({
    ...{ service: "people", operation: "POST /search", kind: "status", pointer: "" },
    ...{ status, expected: "200", seen: String(status), evidence: "observed" },
  });
  for (let status = 0; status < 1_001; status++) tally.add([kind(status)]);
  tally.add([kind(0), kind(1_000)]);
  expect(reported).toHaveLength(1_000);
  expect(tally.all()).toHaveLength(1_000);
  expect(tally.all()[0]?.count).toBe(2);
});
