import type { Company } from "../types.js";
import { type KnownCompany, slugOf } from "./population/companies.js";

/** A company of a test's own. What is left out is made up or not known; what is given stays as it is, `null` included. */
export type FakeCompany = Omit<Partial<Company>, "id" | "name"> & {
  readonly name: string;
  readonly id?: string;
  /** The `id` of the company that owns it, whose `…-group` it then belongs to. */
  readonly parentId?: string;
};

/**
 * Completes a company of a test's own.
 *
 * @param count how many there are already
 */
export function completeOwnCompany({ parentId, ...given }: FakeCompany, count: number): KnownCompany {
  const company = { id: `LDC-OWN-${count + 1}`, linkedin: slugOf(given.name), domain: null, ...given };
  return { company, ...(parentId === undefined ? {} : { parentId }) };
}
