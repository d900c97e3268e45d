import type { Person } from "../../types.js";
import type { Directory } from "../companies.js";
import type { CreditBooks } from "../credits.js";
import { readJson } from "../read-body.js";
import { Refusal, type Reply } from "../reply.js";
import type { Call, Route } from "../router.js";
import { findPeople } from "./find.js";
import { searchPeople } from "./search.js";
import type { PeopleStore } from "./store.js";

/** An answer, and the people in it, who are what it costs. */
interface Outcome {
  readonly body: unknown;
  readonly people: readonly Person[];
}

export interface PeopleService {
  readonly store: PeopleStore;
  readonly directory: Directory;
  readonly credits: CreditBooks;
}

/** The operations of the people service. */
export function peopleRoutes({ store, directory, credits }: PeopleService): Route[] {
  const find = ({ received }: Call, operation: "findPeople" | "previewFind"): Outcome => {
    const body = findPeople(store, readJson(received, operation));
    return { body, people: body.matches.flatMap((match) => match.people) };
  };
  const search = ({ received }: Call, operation: "searchPeople" | "previewSearch"): Outcome => {
    const body = searchPeople(store, directory, readJson(received, operation));
    return { body, people: body.people };
  };
  const fetchOne = (call: Call): Outcome => {
    const person = store.byId(call.param("id"))?.person;
    if (person === undefined) throw new Refusal(404, "There is no such person");
    return { body: person, people: [person] };
  };
  const lookUp = ({ received }: Call): Outcome => {
    const { ids } = readJson(received, "lookupPeople");
    const found = [...new Set(ids)].flatMap((id) => store.byId(id)?.person ?? []);
    return { body: { people: found }, people: found };
  };

  const sell = (call: Call, { body, people: sold }: Outcome): Reply => ({
    body,
    headers: credits.charge(call.param("orgId"), idsOf(sold)),
  });
  // What the body of a preview holds is not known, so it holds nothing.
  const preview = (call: Call, { people: priced }: Outcome): Reply => ({
    body: {},
    headers: credits.price(call.param("orgId"), idsOf(priced)),
  });

  return [
    {
      operation: "findPeople",
      service: "people",
      method: "POST",
      path: "/find",
      run: (call) => sell(call, find(call, "findPeople")),
    },
    {
      operation: "previewFind",
      service: "people",
      method: "POST",
      path: "/find/preview",
      run: (call) => preview(call, find(call, "previewFind")),
    },
    {
      operation: "searchPeople",
      service: "people",
      method: "POST",
      path: "/search",
      run: (call) => sell(call, search(call, "searchPeople")),
    },
    {
      operation: "previewSearch",
      service: "people",
      method: "POST",
      path: "/search/preview",
      run: (call) => preview(call, search(call, "previewSearch")),
    },
    {
      operation: "getPerson",
      service: "people",
      method: "GET",
      path: "/person/{id}",
      run: (call) => sell(call, fetchOne(call)),
    },
    {
      operation: "lookupPeople",
      service: "people",
      method: "POST",
      path: "/persons/lookup_by_ids",
      run: (call) => sell(call, lookUp(call)),
    },
  ];
}

function idsOf(people: readonly Person[]): string[] {
  return people.map(({ id }) => id);
}
