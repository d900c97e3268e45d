import type { FilterClause, FilterGroup } from "../../types.js";
import { type CompanyGroups, isGroup } from "./match-filter.js";
import type { IndexName, PeopleStore } from "./store.js";

/** Numbers of people in ascending order; `undefined` where anyone may be meant. */
type Candidates = readonly number[] | undefined;

/** What candidates are looked up in. */
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
 * Looks up, without a look at everyone, people among whom are all that a search finds. Others are among them, too: which
 * of one's jobs a clause is about, say, no index knows.
 *
 * @returns Their numbers in ascending order, or `undefined` if the filters leave no way but to look at everyone.
 */
export function findCandidates(groups: readonly FilterGroup[], sources: Sources): Candidates {
  return smallest(groups.map((group) => candidatesOf(group, sources)));
}

function candidatesOf(part: FilterGroup | FilterClause, sources: Sources): Candidates {
  if (!isGroup(part)) return candidatesOfClause(part, sources);
  const lists = part.filters.map((inner) => candidatesOf(inner, sources));
  return part.operator === "or" ? union(lists, sources.store.all.length) : smallest(lists);
}

function candidatesOfClause(clause: FilterClause, { store, companyGroups }: Sources): Candidates {
  const { type, field, match_type = "exact", string_values } = clause;
  if (type !== "must" || match_type !== "exact" || string_values === undefined) return undefined;
  const lookUp = (index: IndexName, values: readonly string[]) =>
    union(
      values.map((value) => store.lookUp(index, value)),
      store.all.length,
    );
  if (field === "jobs.company.group_id")
    return lookUp("jobs.company.id", string_values.flatMap(companyGroups.membersOf));
  const index = INDEXES.get(field);
  return index && lookUp(index, string_values);
}

/** Where all must hold, those of any one part will do. */
function smallest(lists: readonly Candidates[]): Candidates {
  const known = lists.filter((list) => list !== undefined);
  return known.length === 0 ? undefined : known.reduce((best, list) => (list.length < best.length ? list : best));
}

/** Where one must hold, those of every part are needed. */
function union(lists: readonly Candidates[], everyone: number): Candidates {
  if (lists.length === 1) return lists[0];
  const isMeant = new Uint8Array(everyone);
  for (const list of lists) {
    if (list === undefined) return undefined;
    for (const number of list) isMeant[number] = 1;
  }
  const numbers: number[] = [];
  isMeant.forEach((meant, number) => {
    if (meant === 1) numbers.push(number);
  });
  return numbers;
}
