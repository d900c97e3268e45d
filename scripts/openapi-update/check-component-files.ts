import { isMap, isScalar } from "yaml";
import { isRecord } from "../generate/is-record.js";
import type { Problem } from "../generate/problem.js";
import type { Bundle } from "../generate/redocly.js";
import type { Source } from "../generate/sources.js";
import { takenBy } from "./receive/taken-names.js";

/**
 * Finds the components of a document of ours whose names are taken, as `checkDocument` does in one of a single file. Each
 * file that it refers to is a map of components by their names.
 *
 * @param sources the document and the files that it refers to
 * @param root the path of the document
 * @param previous the bundle of the document before, whose names did no harm
 */
export function checkComponentFiles(sources: readonly Source[], root: string, previous: Bundle | undefined): Problem[] {
  const known = namesOf(previous);
  return sources
    .filter(({ file }) => file !== root)
    .flatMap((source) =>
      keysOf(source).flatMap(({ name, offset }) => {
        const taken = known.has(name) ? undefined : takenBy(name);
        if (taken === undefined) return [];
        const message = `${name} is named like ${taken}. Give it another name.`;
        return [{ file: source.file, ...source.at(offset), rule: "taken-name", message }];
      }),
    );
}

function namesOf(bundle: Bundle | undefined): Set<string> {
  const components = bundle?.["components"];
  const kinds = isRecord(components) ? Object.values(components) : [];
  return new Set(kinds.filter(isRecord).flatMap((kind) => Object.keys(kind)));
}

function keysOf({ document }: Source): { name: string; offset: number }[] {
  if (!isMap(document.contents)) return [];
  return document.contents.items.flatMap(({ key }) =>
    isScalar(key) ? [{ name: String(key.value), offset: key.range?.[0] ?? 0 }] : [],
  );
}
