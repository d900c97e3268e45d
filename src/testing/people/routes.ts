import type { Person } from "../../types.js";
import type { Directory } from "../companies.js";
import type { CreditBooks } from "../credits.js";
import type { KnownPerson } from "../population/people.js";
import { readJson } from "../read-body.js";
import { Refusal, type Reply } from "../reply.js";
import type { Call, Route } from "../router.js";
import { findPeople } from "./find.js";
import { searchPeople } from "./search.js";

const BASE = "/api/people/v1/{orgId}";

/** An answer, and the people in it, who are what it costs. */
interface Outcome {
  readonly body: unknown;
  readonly people: readonly Person[];
}

export interface PeopleService {
  readonly people: readonly KnownPerson[];
  readonly directory: Directory;
  readonly credits: CreditBooks;
}

/** The operations of the people service. */
export function peopleRoutes({ people, directory, credits }: PeopleService): Route[] {
  const byId = new Map(people.map(({ person }) => [person.id, person]));

  const find = async ({ request }: Call, operation: "findPeople" | "previewFind"): Promise<Outcome> => {
    const body = findPeople(people, await readJson(request, operation));
    return { body, people: body.matches.flatMap((match) => match.people) };
  };
  const search = async ({ request }: Call, operation: "searchPeople" | "previewSearch"): Promise<Outcome> => {
    const body = searchPeople(people, directory.groupIdsOf, await readJson(request, operation));
    return { body, people: body.people };
  };
  const fetchOne = (call: Call): Outcome => {
    const person = byId.get(call.param("id"));
    if (person === undefined) throw new Refusal(404, "There is no such person");
    return { body: person, people: [person] };
  };
  const lookUp = async ({ request }: Call): Promise<Outcome> => {
    const { ids } = await readJson(request, "lookupPeople");
    const found = [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
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
      method: "POST",
      path: `${BASE}/find`,
      run: async (call) => sell(call, await find(call, "findPeople")),
    },
    {
      operation: "previewFind",
      method: "POST",
      path: `${BASE}/find/preview`,
      run: async (call) => preview(call, await find(call, "previewFind")),
    },
    {
      operation: "searchPeople",
      method: "POST",
      path: `${BASE}/search`,
      run: async (call) => sell(call, await search(call, "searchPeople")),
    },
    {
      operation: "previewSearch",
      method: "POST",
      path: `${BASE}/search/preview`,
      run: async (call) => preview(call, await search(call, "previewSearch")),
    },
    {
      operation: "getPerson",
      method: "GET",
      path: `${BASE}/person/{id}`,
      run: (call) => sell(call, fetchOne(call)),
    },
    {
      operation: "lookupPeople",
      method: "POST",
      path: `${BASE}/persons/lookup_by_ids`,
      run: async (call) => sell(call, await lookUp(call)),
    },
  ];
}

function idsOf(people: readonly Person[]): string[] {
  return people.map(({ id }) => id);
}
