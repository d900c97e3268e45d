import { type OperationFacts, operationFacts } from "../generated/operation-facts.js";
import type { Route } from "./router.js";

/** What someone may do on an organization; each may do what those before it may. */
export type FakeRole = NonNullable<OperationFacts["role"]>;

const RANKS: Readonly<Record<FakeRole, number>> = { viewer: 0, editor: 1, administrator: 2 };

/** @throws {RangeError} if there is no such role. */
export function checkRole(role: FakeRole): void {
  if (!Object.hasOwn(RANKS, role)) throw new RangeError(`A role is one of ${Object.keys(RANKS).join(", ")}`);
}

/** Tells whether a role is enough where another is needed. */
export function isEnough(role: FakeRole, needed: FakeRole): boolean {
  return RANKS[role] >= RANKS[needed];
}

/** The role that an operation needs at least, where that is documented; elsewhere any role will do. */
export function neededRole({ service, method, path }: Route): FakeRole | undefined {
  return operationFacts[service][`${method} ${path}`]?.role;
}
