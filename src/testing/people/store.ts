import type { Company, Person } from "../../types.js";
import type { KnownPerson } from "../population/people.js";
import { createPeopleIndex, type KeysOf, type PeopleIndex } from "./people-index.js";
import { simplify } from "./simplify.js";

/** Only what narrows everyone down to a few is worth an index. */
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

/** What people can be looked up by; those that begin with `find.` go by the simplified text. */
export type IndexName = keyof typeof KEYS;

/** Everyone there is. A person's number is their place in the order in which people came, and never changes. */
export interface PeopleStore {
  /** Everyone by number. Live: it changes with `add` and `replace`. */
  readonly all: readonly KnownPerson[];
  /** The same people, without what the API does not tell. Live as well. */
  readonly people: readonly Person[];
  /** Adds a person after all others. @throws {RangeError} if there is one with that id. */
  add(known: KnownPerson): void;
  /** Puts a person in the place of the one with the same id. @throws {RangeError} if there is none. */
  replace(known: KnownPerson): void;
  byId(id: string): KnownPerson | undefined;
  /** Gives the numbers, in ascending order, of everyone who has such a value. The first call for an index builds it. */
  lookUp(index: IndexName, key: string): readonly number[];
}

/** Keeps people, and finds them without a look at everyone. @throws {RangeError} if two have the same id. */
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
    if (numbers.has(id)) throw new RangeError(`There is a person with the id ${JSON.stringify(id)} already`);
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
        throw new RangeError(`There is no person with the id ${JSON.stringify(id)}`);
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
