import { createAnchors } from "./anchors.js";
import type { KnownCompany } from "./companies.js";
import { completePerson, type KnownPerson, outlinePerson } from "./people.js";
import { createScene, sceneOf } from "./scene.js";

/** The made-up world an embedded API knows of. */
export interface Population {
  readonly people: readonly KnownPerson[];
  readonly companies: readonly KnownCompany[];
}

/**
 * Makes up people and companies.
 *
 * The same seed gives the same people, byte for byte, on any day and any platform, and a larger population begins with a
 * smaller one of the same seed.
 *
 * @param seed Any integer.
 * @param count How many people, the few that are always there included.
 */
export function createPopulation(seed: number, count: number): Population {
  const scene = createScene(count);
  const people = createAnchors(scene.companies).slice(0, count).map(completePerson);
  for (let index = 0; people.length < count; index++) {
    people.push(completePerson(outlinePerson(seed, index, sceneOf(people.length + 1, scene))));
  }
  return { people, companies: scene.companies };
}
