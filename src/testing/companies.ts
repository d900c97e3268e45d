import type { Company } from "../types.js";
import type { CompanyGroups } from "./people/match-filter.js";
import type { KnownCompany } from "./population/companies.js";
import { Refusal } from "./reply.js";
import type { Route } from "./router.js";

/** Every company there is, and who owns whom. */
export interface Directory extends CompanyGroups {
  /** Every company, in the order in which they came. Live: it changes with `add`. */
  readonly companies: readonly Company[];
  /** Finds a company by its id, domain, LinkedIn slug or name, upper and lower case aside. The first to come wins. */
  find(lookup: string): Company | undefined;
  /** Adds a company. Who owns it may come later. @throws {RangeError} if there is one with that id. */
  add(known: KnownCompany): void;
}

/** Writes the directory. @throws {RangeError} if two companies have the same id. */
export function createDirectory(known: readonly KnownCompany[]): Directory {
  const companies: Company[] = [];
  const parents = new Map<string, string | undefined>();
  const byName = new Map<string, Company>();
  let groups: GroupLists | undefined;
  const add = ({ company, parentId }: KnownCompany) => {
    if (parents.has(company.id)) {
      throw new RangeError(`There is a company with the id ${JSON.stringify(company.id)} already`);
    }
    companies.push(company);
    parents.set(company.id, parentId);
    for (const name of namesOf(company)) if (!byName.has(name)) byName.set(name, company);
    // Whose groups change is not worth finding out: companies are added before anyone asks.
    groups = undefined;
  };
  const listGroups = () => {
    groups ??= listAllGroups(parents);
    return groups;
  };
  for (const one of known) add(one);
  return {
    companies,
    add,
    find: (lookup) => byName.get(lookup.toLowerCase()),
    groupIdsOf(company) {
      const id = company?.id;
      if (id === null || id === undefined) return [];
      return listGroups().groupIds.get(id) ?? [toGroupId(id)];
    },
    // A company that a job names need not be listed, and is of its own group all the same.
    membersOf: (groupId) => [groupId.replace(/-group$/, ""), ...(listGroups().members.get(groupId) ?? [])],
  };
}

function namesOf({ id, domain, linkedin, name }: Company): string[] {
  return [id, domain, linkedin, name].flatMap((value) => value?.toLowerCase() ?? []);
}

interface GroupLists {
  readonly groupIds: ReadonlyMap<string, readonly string[]>;
  readonly members: ReadonlyMap<string, readonly string[]>;
}

function listAllGroups(parents: ReadonlyMap<string, string | undefined>): GroupLists {
  const groupIds = new Map<string, readonly string[]>();
  const members = new Map<string, string[]>();
  for (const id of parents.keys()) {
    const own = ownersOf(id, parents).map(toGroupId);
    groupIds.set(id, own);
    for (const groupId of own) {
      const ids = members.get(groupId);
      if (ids === undefined) members.set(groupId, [id]);
      else ids.push(id);
    }
  }
  return { groupIds, members };
}

function toGroupId(companyId: string): string {
  return `${companyId}-group`;
}

/** The company itself, who owns it, who owns that one, and so on. */
function ownersOf(id: string, parents: ReadonlyMap<string, string | undefined>): string[] {
  const owners = new Set<string>();
  for (let next: string | undefined = id; next !== undefined && !owners.has(next); next = parents.get(next)) {
    owners.add(next);
  }
  return [...owners];
}

/** The operations of the companies service. */
export function companyRoutes(directory: Directory): Route[] {
  return [
    {
      operation: "getCompany",
      service: "companies",
      method: "GET",
      path: "/companies/{company_lookup}",
      run(call) {
        const company = directory.find(call.param("company_lookup"));
        if (company === undefined) throw new Refusal(404, "There is no such company");
        return { body: company };
      },
    },
  ];
}
