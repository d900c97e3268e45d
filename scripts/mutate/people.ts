import type { Mutation } from "./mutation.js";

/** What the helpers over people promise in their docs. */
export const peopleMutations: readonly Mutation[] = [
  {
    rule: "findMany: results come as they are answered",
    file: "people/map-in-order.ts",
    find: "const [head] = underWay;",
    replace: "const head = underWay.at(-1);",
  },
  {
    rule: "findMany: all is read and sent at once",
    file: "people/map-in-order.ts",
    find: "isOpen && underWay.length < concurrency",
    replace: "isOpen",
  },
  {
    rule: "findMany: results wait for the source",
    file: "people/map-in-order.ts",
    find: "firstOf(reading, head)",
    replace: "firstOf(reading, reading ? undefined : head)",
  },
  {
    rule: "findMany: the source is not closed",
    file: "people/map-in-order.ts",
    find: "const closing = source.return(undefined);",
    replace: "const closing = Promise.resolve();",
  },
  {
    rule: "findMany: leaving waits for the source",
    file: "people/map-in-order.ts",
    find: "if (reading) closing.catch(() => {});",
    replace: "if (reading) await closing;",
  },
  {
    rule: "findMany: a failure of the source is not told",
    file: "people/map-in-order.ts",
    find: "  if (failure) throw failure.error;\n",
    replace: "",
  },
  {
    rule: "findMany: what a failing source gave before is lost",
    file: "people/batches.ts",
    find: "    failure = { error };\n",
    replace: "    throw error;\n",
  },
  {
    rule: "findMany: a source at its end is taken for the end of the queries",
    file: "people/batches.ts",
    find: "if (skipped < start) {\n    throw",
    replace: "if (false) {\n    throw",
  },
  {
    rule: "findMany: `start` leaves out one too few",
    file: "people/batches.ts",
    find: "if (skipped < start) {\n        skipped++;",
    replace: "if (skipped + 1 < start) {\n        skipped++;",
  },
  {
    rule: "findMany: an outcome that is missing shifts the others",
    file: "people/find-many.ts",
    find: "matches?.length === queries.length",
    replace: "true",
  },
  {
    rule: "findMany: requests under way go on after the loop",
    file: "people/find-many.ts",
    find: "    ending.abort();\n",
    replace: "",
  },
  {
    rule: "findMany: its listener is left behind",
    file: "people/find-many.ts",
    find: "    stopListening?.();\n",
    replace: "",
  },
  {
    rule: "findMany: results still come after an abort",
    file: "people/find-many.ts",
    find: "        ending.signal.throwIfAborted();\n",
    replace: "",
  },
  {
    rule: "findMany: more credits than allowed are spent",
    file: "people/find-many.ts",
    find: "Math.floor((maxCredits - spent) / size)",
    replace: "Math.floor((maxCredits - spent) / size) + 1",
  },
  {
    rule: "findMany: several requests share a limit of credits",
    file: "people/find-many.ts",
    find: "concurrency: maxCredits < Infinity ? 1 : concurrency",
    replace: "concurrency",
  },
  {
    rule: "paginate: someone who moves comes twice",
    file: "people/paginate.ts",
    find: "!seen.has(id) && seen.add(id)",
    replace: "seen.add(id)",
  },
  {
    rule: "paginate: a token that comes again is followed",
    file: "people/paginate.ts",
    find: " || tokens.has(token)",
    replace: " || (tokens.has(token) && tokens.size > 50)",
  },
  {
    rule: "paginate: the limit is asked beyond",
    file: "people/paginate.ts",
    find: "limit - seen.size, ",
    replace: "limit - seen.size + 1, ",
  },
  {
    rule: "paginate: more credits than allowed are spent",
    file: "people/paginate.ts",
    find: "maxCredits - spent)",
    replace: "maxCredits)",
  },
  {
    rule: "maxCredits: the call is made whatever it costs",
    file: "people/cost-guard.ts",
    find: "if (cost <= maxCredits) return undefined;",
    replace: "return undefined;",
  },
  {
    rule: "maxCredits: an untold cost is none",
    file: "people/cost-guard.ts",
    find: "cost = credits(result.response).cost;",
    replace: "cost = credits(result.response).cost ?? 0;",
  },
  {
    rule: "maxCredits: the call is made though the preview failed",
    file: "people/cost-guard.ts",
    find: "if (!result.response.ok) return result;",
    replace: "if (!result.response.ok) return undefined;",
  },
  {
    rule: "maxCredits: an id given twice is counted twice",
    file: "people/cost-guard.ts",
    find: "new Set(ids).size",
    replace: "ids.length",
  },
];
