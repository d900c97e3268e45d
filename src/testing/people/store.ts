import type { Company, Person } from "../../types.js";
import type { KnownPerson } from "../population/people.js";
import { createPeopleIndex, type KeysOf, type PeopleIndex } from "./people-index.js";

/** Only fields that narrow a search down to a few people are worth an index. */
const KEYS = {
  "jobs.company.name": (known) => companiesOf(known).map((company) => company?.name),
  "jobs.company.id": (known) => companiesOf(known).map((company) => company?.id),
  "jobs.company.linkedin": (known) => companiesOf(known).map((company) => company?.linkedin),
  "education.school": ({ person }) => (person.education ?? []).map(({ school }) => school),
  "find.company.name": (known) => companiesOf(known).map((company) => company?.name && simplify(company.name)),
  "find.email_address": ({ emails }) => emails.map(simplify),
  "find.linkedin": ({ person }) => [person.linkedin && simplify(person.linkedin)],
  "find.name": ({ person }) => [person.name && simplify(person.name)],
} satisfies Record<string, KeysOf>;

/** Names of the indexes. The keys of those that start with `find.` are simplified. */
export type IndexName = keyof typeof KEYS;

/** All people. A person's number is their index in the order of addition, and never changes. */
export interface PeopleStore {
  /** All people by number. Live: `add` and `replace` change it. */
  readonly all: readonly KnownPerson[];
  /** The same people as the API returns them, without emails. Also live. */
  readonly people: readonly Person[];
  /** Adds a person after all others. @throws {RangeError} if another person has their id. */
  add(known: KnownPerson): void;
  /** Replaces the person with the same id. @throws {RangeError} if there is none. */
  replace(known: KnownPerson): void;
  byId(id: string): KnownPerson | undefined;
  /** Returns the numbers of everyone with this key, in ascending order. The first call for an index builds it. */
  lookUp(index: IndexName, key: string): readonly number[];
}

/** Creates the store. @throws {RangeError} if two people have the same id. */
export function createPeopleStore(known: readonly KnownPerson[]): PeopleStore {
  const all: KnownPerson[] = [];
  const people: Person[] = [];
  const numbers = new Map<string, number>();
  const indexes = new Map<IndexName, PeopleIndex>();

  const indexOf = (name: IndexName): PeopleIndex => {
    const index = indexes.get(name) ?? createPeopleIndex(all, KEYS[name]);
    indexes.set(name, index);
    return index;
  };
  const add = (added: KnownPerson) => {
    const { id } = added.person;
    if (numbers.has(id)) throw new RangeError(`A person with the id ${JSON.stringify(id)} already exists`);
    const number = all.push(added) - 1;
    people.push(added.person);
    numbers.set(id, number);
    for (const index of indexes.values()) index.add(added, number);
  };
  for (const one of known) add(one);

  return {
    all,
    people,
    add,
    replace(replacement) {
      const { id } = replacement.person;
      const number = numbers.get(id);
      const before = number === undefined ? undefined : all[number];
      if (number === undefined || before === undefined) {
        throw new RangeError(`No person has the id ${JSON.stringify(id)}`);
      }
      all[number] = replacement;
      people[number] = replacement.person;
      for (const index of indexes.values()) {
        index.remove(before, number);
        index.add(replacement, number);
      }
    },
    byId: (id) => all[numbers.get(id) ?? -1],
    lookUp: (index, key) => indexOf(index).lookUp(key),
  };
}

function companiesOf({ person }: KnownPerson): (Company | null | undefined)[] {
  return (person.jobs ?? []).map(({ company }) => company);
}

/** Simplifies a text for the comparisons of `find`: lower case, single spaces, trimmed. */
export function simplify(text: string): string {
  return text.trim().replace(/\s+/g, " ").toLowerCase();
}
