import { isScalar } from "yaml";
import { isRecord } from "../../generate/is-record.js";
import { distinct, type Problem } from "../../generate/problem.js";
import type { Bundle } from "../../generate/redocly.js";
import type { Source } from "../../generate/sources.js";
import { findCycles } from "./cycles.js";
import { type Operation, operationsOf } from "./operations.js";
import { inOverlay, jsonPath, type OverlayAction, quoted } from "./overlay-advice.js";
import { printable } from "./printable.js";
import { recognize } from "./recognize.js";
import { takenBy } from "./taken-names.js";
import { offsetOf, treeOf } from "./tree.js";
import { createWalk, type Walk } from "./walk.js";

/** Components whose names users give to types. */
const TYPED = ["schemas"];

/**
 * What keeps a bundled document, its overlays applied, from taking the place of the one before. References to other
 * files are left alone, since a bundle has none.
 *
 * @param previous the bundle of the document before, if there is one, with whose operations ours were written
 */
export function checkDocument(source: Source, previous: Bundle | undefined): Problem[] {
  const faults = recognize(source);
  if (faults.length > 0) return faults;
  const walk = createWalk({ id: source.file, source });
  const operations = operationsOf(source);
  return distinct([
    ...walk.problems,
    ...findCycles(walk.edges, true),
    ...checkIds(source, operations, idsOf(previous)),
    ...checkComponentNames(source, walk, previous),
  ]);
}

type Report = (offset: number, rule: string, message: string) => Problem;

function reporter(source: Source): Report {
  return (offset, rule, message) => ({ file: source.file, ...source.at(offset), rule, message });
}

function checkIds(source: Source, operations: readonly Operation[], previous: ReadonlyMap<string, string>): Problem[] {
  const first = new Map<string, { operation: Operation; offset: number }>();
  return operations.flatMap((operation) => {
    const problems = checkId(source, operation, previous.get(keyOf(operation)));
    const { id, offset } = idOf(source, operation);
    const other = id === undefined ? undefined : first.get(id);
    if (id === undefined) return problems;
    if (!other) {
      first.set(id, { operation, offset });
      return problems;
    }
    const { line, column } = source.at(other.offset);
    const fix = `Give one another id in ${rename(source, operation, previous.get(keyOf(operation)) ?? "anotherId")}`;
    const message = `${nameOf(operation)} has the id ${printable(id)} of ${nameOf(other.operation)} at ${source.file}:${line}:${column}. ${fix}`;
    return [...problems, reporter(source)(offset, "duplicate-operation-id", message)];
  });
}

function checkId(source: Source, operation: Operation, ours: string | undefined): Problem[] {
  const report = reporter(source);
  const { id, offset } = idOf(source, operation);
  const fix = (name: string) => `in ${rename(source, operation, name)}`;
  if (id === undefined) {
    if (operation.under === "webhooks") return [];
    const message = `${nameOf(operation)} has no \`operationId\`. Name it ${fix(ours ?? "aName")}`;
    return [report(offset, "no-operation-id", message)];
  }
  if (ours !== undefined && id !== ours) {
    const message = `${nameOf(operation)} was ${ours} and is now ${printable(id)}, but our code knows it by its old name. Keep that ${fix(ours)}`;
    return [report(offset, "renamed-operation", message)];
  }
  return [];
}

function rename(source: Source, { under, path, method }: Operation, operationId: string): string {
  return inOverlay(source.file, [{ target: jsonPath(under, path, method), update: { operationId } }]);
}

function idOf(source: Source, { node, offset }: Operation): { id: string | undefined; offset: number } {
  const entry = treeOf(source.document).get(node, "operationId");
  const value = entry?.value;
  const id = isScalar(value) && typeof value.value === "string" && value.value !== "" ? value.value : undefined;
  return { id, offset: id === undefined ? (entry?.offset ?? offset) : offsetOf(value) };
}

function nameOf({ under, method, path }: Operation): string {
  return `${under === "webhooks" ? "The webhook" : ""} ${method.toUpperCase()} ${printable(path)}`.trim();
}

/** What tells an operation from all others: the names of a path's parameters do not. */
function keyOf({ under, method, path }: Pick<Operation, "under" | "method" | "path">): string {
  return `${under} ${method} ${under === "paths" ? shapeOf(path) : path}`;
}

function shapeOf(path: string): string {
  return path.replace(/\{[^{}]*\}/g, "{}");
}

/** The id of each operation of a bundle. */
function idsOf(bundle: Bundle | undefined): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const under of ["paths", "webhooks"] as const) {
    for (const [path, item] of entriesOf(bundle?.[under])) {
      for (const [method, operation] of entriesOf(item)) {
        const id = isRecord(operation) ? operation["operationId"] : undefined;
        if (typeof id === "string") ids.set(keyOf({ under, method, path }), id);
      }
    }
  }
  return ids;
}

function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}

/** A name that the document before had, too, did no harm. */
function checkComponentNames(source: Source, walk: Walk, previous: Bundle | undefined): Problem[] {
  const tree = treeOf(source.document);
  const components = tree.get(tree.root, "components")?.value;
  return TYPED.flatMap((kind) => {
    const entries = tree.entries(tree.get(components, kind)?.value);
    const names = new Set(entries.map(({ key }) => key));
    return entries.flatMap(({ key, offset }) => {
      const taken = takenBy(key);
      if (taken === undefined || hasComponent(previous, kind, key)) return [];
      const fix = inOverlay(source.file, renamingActions(walk, kind, key, freeName(key, names)));
      const message = `${jsonPath("components", kind, key)} is named like ${taken}. Rename it in ${fix}`;
      return [reporter(source)(offset, "taken-name", message)];
    });
  });
}

function hasComponent(bundle: Bundle | undefined, kind: string, name: string): boolean {
  const components = bundle?.["components"];
  const ofKind = isRecord(components) ? components[kind] : undefined;
  return isRecord(ofKind) && Object.hasOwn(ofKind, name);
}

function freeName(name: string, names: ReadonlySet<string>): string {
  let free = `Api${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  while (names.has(free)) free += "_";
  return free;
}

/** Copies a component under another name, points all that refers to it there, and removes it. */
function renamingActions(walk: Walk, kind: string, from: string, to: string): OverlayAction[] {
  const texts = new Set(
    walk.references
      .filter(
        ({ target: { segments } }) =>
          [segments[0], segments[1], segments[2]].join("/") === `components/${kind}/${from}`,
      )
      .map(({ text }) => text),
  );
  const renamed = (text: string) => text.replace(/^(#\/[^/]+\/[^/]+\/)[^/]+/, `$1${to}`);
  const isMapped = (text: string) => kind === "schemas" && (text === from || text === `#/components/schemas/${from}`);
  return [
    { target: jsonPath("components", kind), update: { [to]: {} } },
    { target: jsonPath("components", kind, to), copy: jsonPath("components", kind, from) },
    ...[...texts].map((text) => ({
      // Not `$..[?(…)]`, which means the same: openapi-format does not find the items of lists by it.
      target: `$..*[?(@['$ref'] == ${quoted(text)})]`,
      update: { $ref: renamed(text) },
    })),
    ...[...walk.mapped].filter(isMapped).map((text) => ({
      target: `$..mapping[?(@ == ${quoted(text)})]`,
      update: text === from ? to : renamed(text),
    })),
    { target: jsonPath("components", kind, from), remove: true as const },
  ];
}
