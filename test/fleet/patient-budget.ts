import type { CreditBudget } from "../../src/calls/credit-budget.js";
import { FleetBudget } from "../../src/fleet/budget.js";
import { createFleet } from "../../src/fleet/index.js";
import { FleetUnavailableError, type Script } from "../../src/fleet/redis.js";
import type { Command, FleetBudgetOptions } from "../../src/fleet/types.js";

/**
 * A fleet's budget that waits for its server for as long as it takes, since a machine that runs many tests is slow at times.
 * Its name is `nightly`.
 */
export function patientBudget(command: Command, options: FleetBudgetOptions, prefix = "livedata"): CreditBudget {
  const run = async ({ text }: Script, keys: readonly string[], args: readonly string[]) => {
    try {
      return await command(["EVAL", text, String(keys.length), ...keys, ...args]);
    } catch (cause) {
      throw new FleetUnavailableError("the server refused a command", { cause });
    }
  };
  return new FleetBudget({ redis: { run }, prefix, seen: new Map() }, "nightly", options);
}

/** The same with the limits of time that all have. */
export function hurriedBudget(command: Command, options: FleetBudgetOptions): CreditBudget {
  return createFleet({ command }).budget("nightly", options);
}
