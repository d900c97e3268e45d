import type { KnownPerson } from "../population/people.js";

/** Returns the keys of a person in an index. `null` and `undefined` are ignored. */
export type KeysOf = (known: KnownPerson) => readonly (string | null | undefined)[];

/** Numbers of people by key, in ascending order. */
export interface PeopleIndex {
  lookUp(key: string): readonly number[];
  add(known: KnownPerson, number: number): void;
  remove(known: KnownPerson, number: number): void;
}

/** Creates an index. A person's number is their index in the list. */
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
        if (list !== undefined) remove(list, number);
      }
    },
  };
}

function insert(list: number[], number: number): void {
  const index = indexOf(list, number);
  if (list[index] !== number) list.splice(index, 0, number);
}

function remove(list: number[], number: number): void {
  const index = indexOf(list, number);
  if (list[index] === number) list.splice(index, 1);
}

/** Returns the index of a number in an ascending list, or where to insert it. */
function indexOf(list: readonly number[], number: number): number {
  // The usual case: a new person, who comes last.
  if ((list.at(-1) ?? -1) < number) return list.length;
  let [low, high] = [0, list.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
