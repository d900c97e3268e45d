import type { FilterClause, FilterGroup } from "../../types.js";
import { type CompanyGroups, isGroup } from "./match-filter.js";
import type { IndexName, PeopleStore } from "./store.js";

/** Numbers of people in ascending order; `undefined` if everyone is a candidate. */
type Candidates = readonly number[] | undefined;

/** Where candidates are looked up. */
interface Sources {
  readonly store: PeopleStore;
  readonly companyGroups: CompanyGroups;
}

const INDEXES = new Map<string, IndexName>(
  (["jobs.company.name", "jobs.company.id", "jobs.company.linkedin", "education.school"] as const).map((name) => [
    name,
    name,
  ]),
);

/**
 * Narrows a search down with the indexes. The candidates include everyone that the search finds, and others: an index
 * does not know, for example, which job of a person a clause is about.
 *
 * @returns The candidates' numbers in ascending order; `undefined` if the filters use no index, so that everyone must
 * be tested.
 */
export function findCandidates(groups: readonly FilterGroup[], sources: Sources): Candidates {
  return shortest(groups.map((group) => candidatesOf(group, sources)));
}

function candidatesOf(part: FilterGroup | FilterClause, sources: Sources): Candidates {
  if (!isGroup(part)) return candidatesOfClause(part, sources);
  const lists = part.filters.map((inner) => candidatesOf(inner, sources));
  return part.operator === "or" ? union(lists, sources.store.all.length) : shortest(lists);
}

function candidatesOfClause(clause: FilterClause, { store, companyGroups }: Sources): Candidates {
  const { type, field, match_type = "exact", string_values } = clause;
  if (type !== "must" || match_type !== "exact" || string_values === undefined) return undefined;
  const lookUp = (index: IndexName, values: readonly string[]) =>
    union(
      [...new Set(values)].map((value) => store.lookUp(index, value)),
      store.all.length,
    );
  if (field === "jobs.company.group_id")
    return lookUp("jobs.company.id", string_values.flatMap(companyGroups.membersOf));
  const index = INDEXES.get(field);
  return index && lookUp(index, string_values);
}

/** All parts must hold, so the candidates of any one part are enough. */
function shortest(lists: readonly Candidates[]): Candidates {
  const known = lists.filter((list) => list !== undefined);
  return known.length === 0 ? undefined : known.reduce((best, list) => (list.length < best.length ? list : best));
}

/** One part must hold, so the candidates of all parts are needed. */
function union(lists: readonly Candidates[], peopleCount: number): Candidates {
  if (lists.length === 1) return lists[0];
  const isCandidate = new Uint8Array(peopleCount);
  for (const list of lists) {
    if (list === undefined) return undefined;
    for (const number of list) isCandidate[number] = 1;
  }
  const numbers: number[] = [];
  isCandidate.forEach((flag, number) => {
    if (flag === 1) numbers.push(number);
  });
  return numbers;
}
