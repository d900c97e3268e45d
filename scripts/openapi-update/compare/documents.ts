import { isDeepStrictEqual } from "node:util";
import {
  allOperationsOf,
  type Bundle,
  methodName,
  type Operation,
  operationsOf,
  parametersOf,
  recordOf,
  resolve,
} from "../../generate/document.js";
import { schemaTypeNames } from "../../generate/named-schemas.js";
import { factsOf } from "../../generate/operation-facts.js";
import { findSchemaChanges } from "./schemas.js";
import type { Direction } from "./type-walk.js";

/** A change of a document that its types do not show. A change of a schema is listed for each operation that uses it. */
export interface DocumentChange {
  /** `POST /search`, `webhook POST jobChanged`; absent if the change is not of one operation. */
  readonly operation?: string | undefined;
  readonly bump: "patch" | "minor" | "major";
  /** Where in the operation, and what has changed. The same for all operations that use a changed schema. */
  readonly message: string;
}

type Change = Omit<DocumentChange, "operation">;

const ROLES: readonly unknown[] = [undefined, "viewer", "editor", "administrator"];

/** Something in both versions, with references followed. */
type Pair = readonly [before: Bundle, after: Bundle];

/**
 * Finds what a change of a document means for its users besides its types: limits, formats, defaults, security, servers and
 * descriptions. Operations that only one of the documents has are left out.
 */
export function findDocumentChanges(before: Bundle, after: Bundle): DocumentChange[] {
  const changes: DocumentChange[] = [...schemeChanges(before, after)];
  for (const [section, prefix, side] of [["paths", "", "send"] as const, ["webhooks", "webhook ", "read"] as const]) {
    const now = placesOf(after, section);
    for (const [name, place] of placesOf(before, section)) {
      const other = now.get(name);
      const found = other ? operationChanges(place, other, side) : [];
      changes.push(...found.map((change) => ({ operation: prefix + name, ...change })));
    }
  }
  return changes;
}

interface Place extends Operation {
  readonly document: Bundle;
  /** The names of the types of its schemas. */
  readonly names: ReadonlyMap<string, string>;
}

/** Operations by method and path. */
function placesOf(document: Bundle, section: string): Map<string, Place> {
  const all = allOperationsOf({ paths: document[section] });
  const names = schemaTypeNames(document);
  return new Map(all.map((each) => [each.name, { document, names, ...each }]));
}

function operationChanges(old: Place, now: Place, side: Direction): Change[] {
  const pair = (pick: (place: Place) => unknown): Pair => [
    recordOf(resolve(pick(old), old.document)),
    recordOf(resolve(pick(now), now.document)),
  ];
  const children = (nodes: Pair): [name: string, pair: Pair][] =>
    common(nodes).map(([name, one, other]) => [
      name,
      [recordOf(resolve(one, old.document)), recordOf(resolve(other, now.document))],
    ]);
  const media = (place: string, nodes: Pair, direction: Direction): Change[] =>
    children([recordOf(nodes[0]["content"]), recordOf(nodes[1]["content"])]).flatMap(([type, [one, other]]) => {
      const isOnly = Object.keys(recordOf(nodes[1]["content"])).length === 1;
      return schemas(isOnly ? place : `${place} (${type})`, [one, other], direction);
    });
  const schemas = (place: string, [one, other]: Pair, direction: Direction): Change[] =>
    findSchemaChanges({ ...old, schema: one["schema"] }, { ...now, schema: other["schema"] }, direction).map(
      ({ bump, subject, message }) => ({ bump, message: `${place}${subject ? `: \`${subject}\`` : ""} ${message}` }),
    );

  const [sent, received] = side === "send" ? ["request body", "response"] : ["payload", "response"];
  const opposite = side === "send" ? "read" : "send";
  const body = pair(({ operation }) => operation["requestBody"]);
  const found = [
    ...textChanges("", [old.operation, now.operation]),
    ...textChanges(sent, body),
    ...media(sent, body, side),
  ];
  for (const [name, parameter] of children([parametersByName(old), parametersByName(now)])) {
    found.push(
      ...textChanges(name, parameter),
      ...styleChanges(name, parameter),
      ...schemas(name, parameter, side).map((change) =>
        // The API does something else when the parameter is left out.
        /`default`/.test(change.message) ? { ...change, bump: "minor" as const } : change,
      ),
    );
  }
  for (const [status, response] of children(pair(({ operation }) => operation["responses"]))) {
    const place = `${received} ${status}`;
    found.push(...textChanges(place, response), ...media(place, response, opposite));
    const [one, other] = response;
    for (const [name, header] of children([recordOf(one["headers"]), recordOf(other["headers"])])) {
      found.push(...schemas(`${place} header \`${name}\``, header, opposite));
    }
  }
  if (side === "send") found.push(...nameChanges(old, now), ...securityChanges(old, now), ...serverChanges(old, now));
  return found;
}

function nameChanges(old: Place, now: Place): Change[] {
  const [before, after] = [methodName(old), methodName(now)];
  if (before !== after) {
    const owner = operationsOf(now.document).find((each) => methodName(each) === before);
    const reason = owner ? `, because ${owner.name} takes \`${before}\`` : "";
    return [{ bump: "major", message: `its method \`${before}\` is called \`${after}\` now${reason}` }];
  }
  const message = `its operationId \`${old.id}\`, after which its types are named, is \`${now.id}\` now`;
  return old.id === now.id ? [] : [{ bump: "major", message }];
}

function textChanges(place: string, [before, after]: Pair): Change[] {
  const prefix = place === "" ? "" : `${place}: `;
  const changes = ["description", "summary"]
    .filter((key) => before[key] !== after[key])
    .map((key): Change => ({ bump: "patch", message: `${prefix}its ${key} has changed` }));
  if (Boolean(before["deprecated"]) === Boolean(after["deprecated"])) return changes;
  const message = `${prefix}is ${after["deprecated"] ? "deprecated now" : "no longer deprecated"}`;
  return [...changes, { bump: "patch", message }];
}

/** The parameters of an operation and its path, by place and name. */
function parametersByName(place: Place): Bundle {
  const all = parametersOf(place, place.document).filter((one) => "name" in one);
  return Object.fromEntries(all.map((one) => [`${one["in"]} parameter \`${one["name"]}\``, one]));
}

function styleChanges(name: string, pair: Pair): Change[] {
  const [before, after] = pair.map((parameter) => {
    const { style = ["query", "cookie"].includes(String(parameter["in"])) ? "form" : "simple" } = parameter;
    return JSON.stringify([style, parameter["explode"] ?? style === "form", parameter["allowReserved"] === true]);
  });
  return before === after ? [] : [{ bump: "major", message: `${name} is written in another style now` }];
}

/** A call still works if one alternative of the new security asks for nothing that the call does not have. */
function securityChanges(old: Place, now: Place): Change[] {
  const [before, after] = [alternatives(old), alternatives(now)];
  const isLess = (one: readonly string[], other: readonly string[]) => one.every((each) => other.includes(each));
  if (!before.every((had) => after.some((needs) => isLess(needs, had)))) {
    return [{ bump: "major", message: "needs other credentials now" }];
  }
  const isSame = after.every((needs) => before.some((had) => isLess(had, needs)));
  return isSame ? [] : [{ bump: "minor", message: "accepts other credentials, too" }];
}

/** What each alternative of an operation's security requires, scope by scope. */
function alternatives({ document, operation }: Place): string[][] {
  const list = operation["security"] ?? document["security"];
  if (!Array.isArray(list) || list.length === 0) return [[]];
  return list.map((alternative) =>
    Object.entries(recordOf(alternative)).flatMap(([name, scopes]) => [
      name,
      ...[scopes].flat().map((scope) => `${name} ${scope}`),
    ]),
  );
}

function serverChanges(old: Place, now: Place): Change[] {
  const [before, after] = [old, now].map(({ document, item, operation }) => {
    const list = [operation["servers"], item["servers"], document["servers"]].find(Array.isArray) ?? [];
    return list.map(urlOf);
  });
  const gone = (before ?? []).filter((url) => !after?.includes(url));
  if (gone.length > 0)
    return [
      { bump: "major", message: `is no longer at ${gone.join(", ")}, but at ${after?.join(", ") || "no server"}` },
    ];
  const added = (after ?? []).filter((url) => !before?.includes(url));
  return added.length > 0 && before?.length ? [{ bump: "patch", message: `is also at ${added.join(", ")}` }] : [];
}

/** The URL of a server, with the defaults of its variables. */
function urlOf(server: unknown): string {
  const { url, variables } = recordOf(server);
  return String(url).replace(/\{([^}]+)\}/g, (variable, name: string) =>
    String(recordOf(recordOf(variables)[name])["default"] ?? variable),
  );
}

function schemeChanges(before: Bundle, after: Bundle): DocumentChange[] {
  const [old, now] = [before, after].map((document) => recordOf(recordOf(document["components"])["securitySchemes"]));
  return Object.entries(old ?? {}).flatMap(([name, scheme]): DocumentChange[] => {
    const next = now?.[name];
    if (next === undefined) return [{ bump: "major", message: `the security scheme \`${name}\` was removed` }];
    const isSame = isDeepStrictEqual(withoutTexts(scheme), withoutTexts(next));
    return isSame ? [] : [{ bump: "major", message: `the security scheme \`${name}\` has changed` }];
  });
}

function withoutTexts(scheme: unknown): unknown {
  const text = JSON.stringify(scheme, (key, value) =>
    key === "description" || key.startsWith("x-") ? undefined : value,
  );
  return JSON.parse(text);
}

/** The names that both have, with what each has there. */
function common([before, after]: Pair): [name: string, before: unknown, after: unknown][] {
  return Object.keys(before)
    .filter((name) => Object.hasOwn(after, name))
    .map((name) => [name, before[name], after[name]]);
}

/**
 * Compares what the SDK does with an operation, which its types do not show: `x-role`, `x-idempotent`, and whether it
 * costs credits. Operations that only one of the documents has are left out.
 */
export function compareFacts(before: Bundle, after: Bundle): DocumentChange[] {
  const [old, now] = [factsOf(before), factsOf(after)];
  return Object.entries(old).flatMap(([operation, facts]) =>
    [...factChanges(facts, now[operation] ?? facts)].map((change) => ({ operation, ...change })),
  );
}

function* factChanges(before: Bundle, after: Bundle): Generator<Change> {
  const { method, body, role, isIdempotent, isPaid, preview } = after;
  // Programs pass the arguments in their order: path parameters, body, options.
  if (!before["body"] && body) {
    yield { bump: "major", message: `its method \`${method}\` takes a body before the options now` };
  }
  if (before["role"] !== role) yield roleChange(before["role"], role);
  if (before["isIdempotent"] !== isIdempotent) {
    const message = isIdempotent
      ? "is idempotent now, so that a call that may have arrived is sent again"
      : "is no longer idempotent, so that a call that may have arrived is not sent again";
    yield { bump: "minor", message };
  }
  // The types accept `maxCredits` only if an operation costs credits.
  if (before["isPaid"] !== isPaid) {
    yield isPaid
      ? { bump: "minor", message: "costs credits now, and takes `maxCredits`" }
      : { bump: "major", message: "no longer costs credits, and no longer takes `maxCredits`" };
  }
  if (before["preview"] !== preview) {
    const message = preview
      ? `has a preview now, \`${preview}\`, which \`maxCredits\` asks first`
      : "has no preview any more, so that `maxCredits` goes by the most that a call could cost";
    yield { bump: "minor", message };
  }
}

/** A higher role breaks calls that a lower role could make. */
function roleChange(before: unknown, after: unknown): Change {
  const bump = before !== undefined && ROLES.indexOf(after) > ROLES.indexOf(before) ? "major" : "minor";
  const now = after === undefined ? "no longer says which role it needs" : `needs the role \`${after}\` now`;
  return { bump, message: before === undefined ? now : `${now}; it was \`${before}\`` };
}

/** Whether two documents say the same, whatever the order of their keys and whether a part has a name. */
export function isSameDocument(before: Bundle, after: Bundle): boolean {
  const open = new Map<object, Set<object>>();
  const isSame = (one: unknown, other: unknown): boolean => {
    const [a, b] = [resolve(one, before), resolve(other, after)];
    if (a === b) return true;
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
    const seen = open.get(a) ?? new Set();
    if (seen.has(b)) return true;
    open.set(a, seen.add(b));
    if (Array.isArray(a) !== Array.isArray(b) || Object.keys(a).length !== Object.keys(b).length) return false;
    return Object.entries(a).every(([key, value]) => Object.hasOwn(b, key) && isSame(value, (b as Bundle)[key]));
  };
  const { components: old = {}, ...rest } = before;
  const { components: now = {}, ...others } = after;
  const namesOf = (components: unknown) =>
    Object.entries(recordOf(components)).flatMap(([kind, members]) =>
      Object.keys(recordOf(members)).map((name) => kind + name),
    );
  return isSame(rest, others) && namesOf(old).sort().join() === namesOf(now).sort().join();
}
