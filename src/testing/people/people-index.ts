import type { KnownPerson } from "../population/people.js";

/** Reads the keys under which an index has a person; those that are not known count for nothing. */
export type KeysOf = (known: KnownPerson) => readonly (string | null | undefined)[];

/** Numbers of people by key, those of each key in ascending order. */
export interface PeopleIndex {
  lookUp(key: string): readonly number[];
  add(known: KnownPerson, number: number): void;
  remove(known: KnownPerson, number: number): void;
}

/** Indexes everyone; a person's number is their place in the list. */
export function createPeopleIndex(people: readonly KnownPerson[], keysOf: KeysOf): PeopleIndex {
  const numbers = new Map<string, number[]>();
  const add = (known: KnownPerson, number: number) => {
    for (const key of keysOf(known)) {
      if (typeof key !== "string") continue;
      const list = numbers.get(key);
      if (list === undefined) numbers.set(key, [number]);
      else insert(list, number);
    }
  };
  for (const [number, known] of people.entries()) add(known, number);
  return {
    lookUp: (key) => numbers.get(key) ?? [],
    add,
    remove(known, number) {
      for (const key of keysOf(known)) {
        const list = typeof key === "string" ? numbers.get(key) : undefined;
        if (list !== undefined) take(list, number);
      }
    },
  };
}

function insert(list: number[], number: number): void {
  const place = placeOf(list, number);
  if (list[place] !== number) list.splice(place, 0, number);
}

function take(list: number[], number: number): void {
  const place = placeOf(list, number);
  if (list[place] === number) list.splice(place, 1);
}

/** The place of a number in an ascending list, or where it would be. */
function placeOf(list: readonly number[], number: number): number {
  // Nearly always the newest person, who comes last.
  if ((list.at(-1) ?? -1) < number) return list.length;
  let [low, high] = [0, list.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
