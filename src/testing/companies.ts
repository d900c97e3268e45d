import type { Company } from "../types.js";
import type { GroupIdsOf } from "./people/match-filter.js";
import type { KnownCompany } from "./population/companies.js";
import { Refusal } from "./reply.js";
import type { Route } from "./router.js";

/** Every company there is, and who owns whom. */
export interface Directory {
  /** Finds a company by its id, domain, LinkedIn slug or name. */
  find(lookup: string): Company | undefined;
  /** Gives the `…-group` ids of a company: its own and those of whoever owns it. */
  readonly groupIdsOf: GroupIdsOf;
}

/** Writes the directory. */
export function createDirectory(companies: readonly KnownCompany[]): Directory {
  const byId = new Map(companies.map((known) => [known.company.id, known]));
  const groupIds = new Map([...byId.keys()].map((id) => [id, ownersOf(id, byId).map((owner) => `${owner}-group`)]));
  return {
    find(lookup) {
      const wanted = lookup.toLowerCase();
      const names = ({ id, domain, linkedin, name }: Company) => [id, domain, linkedin, name];
      return companies.find(({ company }) => names(company).some((name) => name?.toLowerCase() === wanted))?.company;
    },
    groupIdsOf: (company) => groupIds.get(company?.id ?? "") ?? [],
  };
}

/** The company itself, who owns it, who owns that one, and so on. */
function ownersOf(id: string, byId: ReadonlyMap<string, KnownCompany>): string[] {
  const owners = new Set<string>();
  for (let next: string | undefined = id; next !== undefined && !owners.has(next); ) {
    owners.add(next);
    next = byId.get(next)?.parentId;
  }
  return [...owners];
}

/** The operations of the companies service. */
export function companyRoutes(directory: Directory): Route[] {
  return [
    {
      operation: "getCompany",
      method: "GET",
      path: "/api/dwh/v1/companies/{company_lookup}",
      run(call) {
        const company = directory.find(call.param("company_lookup"));
        if (company === undefined) throw new Refusal(404, "There is no such company");
        return { body: company };
      },
    },
  ];
}
