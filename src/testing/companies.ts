import type { Company } from "../types.js";
import type { CompanyGroups } from "./people/match-filter.js";
import type { KnownCompany } from "./population/companies.js";
import { Refusal } from "./reply.js";
import type { Route } from "./router.js";
import type { Warnings } from "./warnings.js";

/** All companies, and their parent companies. */
export interface Directory extends CompanyGroups {
  /** All companies, in the order in which they were added. Live: `add` extends it. */
  readonly companies: readonly Company[];
  /** Finds a company by id, domain, LinkedIn slug or name, ignoring case. If several match, the first added wins. */
  find(lookup: string): Company | undefined;
  /** Adds a company. Its parent may be added later. @throws {RangeError} if another company has its id. */
  add(known: KnownCompany): void;
}

/** Creates the directory. @throws {RangeError} if two companies have the same id. */
export function createDirectory(known: readonly KnownCompany[]): Directory {
  const companies: Company[] = [];
  const parents = new Map<string, string | undefined>();
  const byName = new Map<string, Company>();
  let groups: GroupLists | undefined;
  const add = ({ company, parentId }: KnownCompany) => {
    if (parents.has(company.id)) {
      throw new RangeError(`A company with the id ${JSON.stringify(company.id)} already exists`);
    }
    companies.push(company);
    parents.set(company.id, parentId);
    for (const name of namesOf(company)) if (!byName.has(name)) byName.set(name, company);
    // Rebuilt as a whole: companies are usually added before anything asks for groups.
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
    // A job may name an unlisted company. It still belongs to its own group.
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
    const own = withParents(id, parents).map(toGroupId);
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

/** Returns the company itself, its parent, the parent's parent and so on. Stops at a cycle. */
function withParents(id: string, parents: ReadonlyMap<string, string | undefined>): string[] {
  const chain = new Set<string>();
  for (let next: string | undefined = id; next !== undefined && !chain.has(next); next = parents.get(next)) {
    chain.add(next);
  }
  return [...chain];
}

/** Names of what a company may be looked up by. All are guesses: the formats that the API accepts are unknown. */
const LOOKUPS = { id: "id", domain: "domain", linkedin: "LinkedIn slug", name: "name" } as const;

/** The operations of the companies service. */
export function companyRoutes(directory: Directory, warnings: Warnings): Route[] {
  return [
    {
      operation: "getCompany",
      service: "companies",
      method: "GET",
      path: "/companies/{company_lookup}",
      run(request) {
        const lookup = request.param("company_lookup");
        const company = directory.find(lookup);
        const form = company && formOf(company, lookup);
        const subject = form === undefined ? "no company was found" : `a company was found by its ${form}`;
        warnings.add(`getCompany: ${subject}.`, () => {
          const forms = Object.values(LOOKUPS).join(", ");
          return `This is a guess: the fake looks up ${forms}, and what the API accepts is unknown`;
        });
        if (company === undefined) throw new Refusal(404, "Company not found");
        return { body: company };
      },
    },
  ];
}

function formOf(company: Company, lookup: string): string | undefined {
  const keys = Object.keys(LOOKUPS) as (keyof typeof LOOKUPS)[];
  const key = keys.find((name) => company[name]?.toLowerCase() === lookup.toLowerCase());
  return key && LOOKUPS[key];
}
