import type { Mutation } from "./mutation.js";

/** What a fleet promises. */
export const fleetMutations: readonly Mutation[] = [
  {
    rule: "fleet budget: reserved credits are not spent",
    file: "fleet/budget.ts",
    in: "RESERVE",
    find: "redis.call('HINCRBY', KEYS[1], 'spent', reserved)",
    replace: "",
  },
  {
    rule: "fleet budget: a process takes a budget that the server lost for full",
    file: "fleet/budget.ts",
    in: "RESERVE",
    find: "if seen ~= '' then return {'lost', '', 0, 0} end",
    replace: "",
  },
  {
    rule: "fleet budget: a process takes another filling for its own",
    file: "fleet/budget.ts",
    in: "RESERVE",
    find: "if seen ~= '' and seen ~= epoch then return {'lost', '', 0, 0} end",
    replace: "",
  },
  {
    rule: "fleet budget: calculates with what is no number",
    file: "fleet/budget.ts",
    in: "RESERVE",
    find: "or not string.match(spent, '^%d+$')",
    replace: "",
  },
  {
    rule: "fleet budget: never expires",
    file: "fleet/budget.ts",
    in: "RESERVE",
    find: "redis.call('PEXPIRE', KEYS[1], ARGV[6])",
    replace: "redis.call('PEXPIRE', KEYS[1], '86400000')",
  },
  {
    rule: "fleet budget: a command that is sent twice reserves twice",
    file: "fleet/budget.ts",
    in: "RESERVE",
    find: "if held then return {'reserved', epoch, left, held} end",
    replace: "",
  },
  {
    rule: "fleet budget: settles twice",
    file: "fleet/budget.ts",
    in: "SETTLE",
    find: "redis.call('HDEL', KEYS[1], field)",
    replace: "",
  },
  {
    rule: "fleet budget: lets calls go while the server is away",
    file: "fleet/budget.ts",
    in: "FleetBudget",
    find: "throw this.#away(request, cause instanceof Error ?",
    replace:
      "if (least >= 0) return { credits: most, async settle() {} };\nthrow this.#away(request, cause instanceof Error ?",
  },
  {
    rule: "fleet budget: a lost reservation stays spent",
    file: "fleet/budget.ts",
    in: "FleetBudget",
    find: "this.#settleLater(id, 0); throw this.#away(",
    replace: "throw this.#away(",
  },
  {
    rule: "fleet budget: does not settle again what the server did not settle",
    file: "fleet/budget.ts",
    in: "FleetBudget",
    find: "this.#settleLater(id, used); }",
    replace: "}",
  },
  {
    rule: "fleet budget: refuses after a lost filling would have ended",
    file: "fleet/budget.ts",
    in: "FleetBudget",
    find: "if (own && now < own.until) return own;",
    replace: "if (own) return own;",
  },
];
