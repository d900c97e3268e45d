import type { Person, SearchRequest, SearchResponse } from "../../types.js";
import type { KnownPerson } from "../population/people.js";
import { compileFilters, type GroupIdsOf } from "./match-filter.js";
import { readPageToken, writePageToken } from "./pagination.js";
import { runReports } from "./reports.js";
import { comparePlaces, limitPastJobs, type Place, placeOf, projectPerson } from "./sort-and-project.js";

/** How many people come back where `size` is absent. The API's own default is not known. */
const DEFAULT_SIZE = 10;

interface Found {
  readonly person: Person;
  readonly place: Place;
}

/** Runs a search over everyone. */
export function searchPeople(
  people: readonly KnownPerson[],
  groupIdsOf: GroupIdsOf,
  request: SearchRequest,
): SearchResponse {
  const holds = compileFilters(request.filters ?? [], groupIdsOf);
  const all = people.flatMap(({ person }, number): Found[] =>
    holds({ person }) ? [{ person, place: placeOf(person, number, request.sort_by) }] : [],
  );
  const reports = runReports(
    request.filters ?? [],
    all.map(({ person }) => person),
    groupIdsOf,
  );
  return {
    ...pageOf(all, request),
    count: all.length,
    ...(reports === undefined ? {} : { report_results: reports }),
  };
}

function pageOf(all: readonly Found[], request: SearchRequest): Pick<SearchResponse, "people" | "pagination_token"> {
  const compare = comparePlaces(request.sort_by);
  const after = readPageToken(request);
  const ahead = all
    .filter(({ place }) => after === undefined || compare(place, after) > 0)
    .sort((a, b) => compare(a.place, b.place));
  const page = ahead.slice(0, request.size ?? DEFAULT_SIZE);
  const last = page.at(-1);
  const token = last && page.length < ahead.length ? writePageToken(request, last.place) : undefined;
  return {
    people: page.map(({ person }) => projectPerson(limitPastJobs(person, request.past_jobs), request.return_fields)),
    ...(token === undefined ? {} : { pagination_token: token }),
  };
}
