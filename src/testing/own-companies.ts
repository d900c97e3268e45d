import type { Company } from "../types.js";
import { type KnownCompany, slugOf } from "./population/companies.js";
import { withoutUndefined } from "./without-undefined.js";

/** A company of a test's own. What is left out is made up or not known; what is given stays as it is, `null` included. */
export type FakeCompany = { readonly [Name in Exclude<keyof Company, "id" | "name">]?: Company[Name] | undefined } & {
  readonly name: string;
  readonly id?: string | undefined;
  /** The `id` of the company that owns it, whose `…-group` it then belongs to. */
  readonly parentId?: string | undefined;
};

/**
 * Completes a company of a test's own.
 *
 * @param freeId an id for one that has none
 */
export function completeOwnCompany({ parentId, ...given }: FakeCompany, freeId: () => string): KnownCompany {
  const { id = freeId(), ...rest } = given;
  const company = { id, linkedin: slugOf(given.name), domain: null, ...withoutUndefined(rest) };
  return { company, ...(parentId === undefined ? {} : { parentId }) };
}
