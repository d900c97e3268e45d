import type { Person } from "../../types.js";
import type { Directory } from "../companies.js";
import type { CreditAccounts } from "../credit-accounts.js";
import { readJson } from "../read-body.js";
import { Refusal, type Reply } from "../reply.js";
import type { Route, RoutedRequest } from "../router.js";
import type { NameChecks } from "./check-names.js";
import { findPeople } from "./find.js";
import { searchPeople } from "./search.js";
import type { PeopleStore } from "./store.js";

/** The body of a response, and the people in it, which determine its cost. */
interface Result {
  readonly body: unknown;
  readonly people: readonly Person[];
}

export interface PeopleService {
  readonly store: PeopleStore;
  readonly directory: Directory;
  readonly credits: CreditAccounts;
  readonly checks: NameChecks;
}

/** The operations of the people service. */
export function peopleRoutes({ store, directory, credits, checks }: PeopleService): Route[] {
  const find = ({ received }: RoutedRequest, operation: "findPeople" | "previewFind"): Result => {
    const request = readJson(received, operation);
    checks.find(operation, request);
    const body = findPeople(store, request);
    return { body, people: body.matches.flatMap((match) => match.people) };
  };
  const search = ({ received }: RoutedRequest, operation: "searchPeople" | "previewSearch"): Result => {
    const request = readJson(received, operation);
    checks.search(operation, request);
    const body = searchPeople(store, directory, request);
    return { body, people: body.people };
  };
  const fetchOne = (request: RoutedRequest): Result => {
    const person = store.byId(request.param("id"))?.person;
    if (person === undefined) throw new Refusal(404, "Person not found");
    return { body: person, people: [person] };
  };
  const lookUp = ({ received }: RoutedRequest): Result => {
    const { ids } = readJson(received, "lookupPeople");
    const found = [...new Set(ids)].flatMap((id) => store.byId(id)?.person ?? []);
    return { body: { people: found }, people: found };
  };

  const charge = (request: RoutedRequest, { body, people }: Result): Reply => ({
    body,
    headers: credits.charge(request.param("orgId"), idsOf(people)),
  });
  // The body of a preview is unknown, so it is empty.
  const preview = (request: RoutedRequest, { people }: Result): Reply => ({
    body: {},
    headers: credits.price(request.param("orgId"), idsOf(people)),
  });

  return [
    {
      operation: "findPeople",
      service: "people",
      method: "POST",
      path: "/find",
      run: (request) => charge(request, find(request, "findPeople")),
    },
    {
      operation: "previewFind",
      service: "people",
      method: "POST",
      path: "/find/preview",
      run: (request) => preview(request, find(request, "previewFind")),
    },
    {
      operation: "searchPeople",
      service: "people",
      method: "POST",
      path: "/search",
      run: (request) => charge(request, search(request, "searchPeople")),
    },
    {
      operation: "previewSearch",
      service: "people",
      method: "POST",
      path: "/search/preview",
      run: (request) => preview(request, search(request, "previewSearch")),
    },
    {
      operation: "getPerson",
      service: "people",
      method: "GET",
      path: "/person/{id}",
      run: (request) => charge(request, fetchOne(request)),
    },
    {
      operation: "lookupPeople",
      service: "people",
      method: "POST",
      path: "/persons/lookup_by_ids",
      run: (request) => charge(request, lookUp(request)),
    },
  ];
}

function idsOf(people: readonly Person[]): string[] {
  return people.map(({ id }) => id);
}
