import type { Person, SearchRequest, SearchResponse } from "../../types.js";
import { findCandidates } from "./candidates.js";
import { type CompanyGroups, compileFilters } from "./match-filter.js";
import { readPageToken, writePageToken } from "./pagination.js";
import { runReports } from "./reports.js";
import {
  compareSortPositions,
  compileKey,
  compileProjection,
  limitPastJobs,
  type SortPosition,
  takeFirst,
} from "./sort-and-project.js";
import type { PeopleStore } from "./store.js";

/** How many people a page has at most if `size` is absent. The API's own default is unknown. */
const DEFAULT_SIZE = 10;

/** A person that a search found, and their position in the sort order. */
interface Found extends SortPosition {
  readonly person: Person;
}

/** Runs a search. */
export function searchPeople(store: PeopleStore, companyGroups: CompanyGroups, request: SearchRequest): SearchResponse {
  const found = findAll(store, companyGroups, request);
  const reports = runReports(request.filters ?? [], found, companyGroups);
  return {
    ...pageOf(found, request),
    count: found.length,
    ...(reports === undefined ? {} : { report_results: reports }),
  };
}

function findAll(store: PeopleStore, companyGroups: CompanyGroups, { filters = [], sort_by }: SearchRequest): Found[] {
  const holds = compileFilters(filters, companyGroups);
  const keyOf = compileKey(sort_by);
  const found: Found[] = [];
  const test = (number: number) => {
    const person = store.people[number];
    if (person !== undefined && holds(person)) found.push({ person, number, key: keyOf(person) });
  };
  const candidates = findCandidates(filters, { store, companyGroups });
  if (candidates !== undefined) for (const number of candidates) test(number);
  else for (let number = 0; number < store.people.length; number++) test(number);
  return found;
}

function pageOf(found: readonly Found[], request: SearchRequest): Pick<SearchResponse, "people" | "pagination_token"> {
  const { size = DEFAULT_SIZE, sort_by, past_jobs, return_fields } = request;
  const after = readPageToken(request);
  if (size === 0) return { people: [] };
  const compare = compareSortPositions(sort_by);
  const remaining = after === undefined ? found : found.filter((position) => compare(position, after) > 0);
  const page = takeFirst(remaining, size, compare);
  const last = page.at(-1);
  const project = compileProjection(return_fields);
  return {
    people: page.map(({ person }) => project(limitPastJobs(person, past_jobs))),
    ...(last && page.length < remaining.length ? { pagination_token: writePageToken(request, last) } : {}),
  };
}
