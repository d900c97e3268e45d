import type { CreditBudget, CreditReservation } from "../calls/credit-budget.js";
import type { Redis } from "./redis.js";
import type { FleetBudgetOptions } from "./types.js";

/** Credits that the members of a fleet spend together. */
export class FleetBudget implements CreditBudget {
  constructor(_redis: Redis, _prefix: string, _name: string, _options: FleetBudgetOptions) {}

  async reserve(_most: number, _least: number): Promise<CreditReservation | undefined> {
    return undefined;
  }
}
