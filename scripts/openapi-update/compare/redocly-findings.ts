import { isRecord } from "../../generate/is-record.js";
import { unescapeSegment } from "../../generate/json-pointer.js";
import type { Bundle } from "../../generate/redocly.js";
import type { DiffChange, DiffReport } from "./redocly-diff.js";
import { componentAt, withoutSides } from "./sides.js";
import { joinPath } from "./type-walk.js";
import { nodeAt, pathOf, type Use, Uses } from "./uses.js";

/** A change that one of the two opinions found, with what tells whether the other found it, too. */
export interface Finding {
  readonly operation: string | undefined;
  readonly bump: "patch" | "minor" | "major";
  readonly message: string;
  readonly by: "redocly" | "typescript";
  readonly pointer?: string;
  /** `request body`, `response 200`; absent where it is the operation itself. */
  readonly place?: string | undefined;
  /** The way to the property inside the place. */
  readonly path: string;
  /** The ways to the properties that it is about, where it is about some of those of one object. */
  readonly members?: readonly string[];
  /** The way from the nearest component, such as `Job.title`, as the compiler found it. */
  readonly inComponent?: string;
  /** The same of all that Redocly found it to be about. */
  readonly inComponents?: readonly string[];
  /** Whether the operation has gone or come as a whole. */
  readonly isWhole?: boolean;
  /** Whether it is major for no more than the structure of what is read. */
  readonly isStructure?: boolean;
  /** Whether it is of what only readers of the document are told. */
  readonly isAnnotation?: boolean;
}

interface Document {
  readonly bundle: Bundle;
  readonly uses: Uses;
}

interface Documents {
  readonly before: Document;
  readonly after: Document;
}

/** What `compareFacts` says in words. */
const TOLD_AS_FACTS = new Set(["x-role", "x-idempotent"]);

/** Rules about what the types tell in full. */
const STRUCTURE = new Set([
  "enum-values-added",
  "property-removed",
  "required-properties-removed",
  "schema-combinator-changed",
  "schema-type-changed",
]);

/** What openapi-typescript has no types for. */
const UNTYPED =
  /\/(?:patternProperties|not|if|then|else|contains|propertyNames|dependentSchemas|unevaluated\w+)(?:\/|$)/;

/** A schema's keyword that holds other schemas, at the end of a pointer; a property may have such a name. */
const KEYWORD = /(?<!\/properties)\/(allOf|anyOf|oneOf|properties)$/;

const ANNOTATION = /^(?:description|summary|title|example|examples|deprecated|externalDocs|tags|x-.*)$/;

/** How much of a value a message shows. */
const LONGEST_VALUE = 60;

/**
 * Tells of each change that `redocly diff` reports which operations it concerns.
 *
 * @param report the report
 * @param before the one document, as it was compared
 * @param after the other
 */
export function readReport(report: DiffReport, before: Bundle, after: Bundle): Finding[] {
  const documents = {
    before: { bundle: before, uses: new Uses(before) },
    after: { bundle: after, uses: new Uses(after) },
  };
  const changes = report.changes.filter(({ property = "" }) => !TOLD_AS_FACTS.has(property));
  return [
    ...changes.filter((change) => !isWholeComponent(change)).flatMap((change) => findingsOf(change, documents)),
    ...wholeComponents(changes.filter(isWholeComponent)),
  ];
}

function findingsOf(change: DiffChange, documents: Documents): Finding[] {
  const { property, kind, typeName } = change;
  // What was renamed is known to programs by its old name.
  const isOld = change.revision === undefined || property === "key";
  const { uses } = isOld ? documents.before : documents.after;
  const location = (isOld ? change.base : change.revision)?.pointer ?? "#/";
  const pointer = subjectOf(change, location);
  const found = {
    bump: impactOf(change, documents),
    by: "redocly" as const,
    pointer: withoutSides(location),
    isAnnotation: ANNOTATION.test(property ?? ""),
    isWhole: (typeName === "Operation" || typeName === "PathItem") && (kind !== "modified" || property === "key"),
  };
  const places = uses.of(pointer);
  if (places.length === 0) {
    return [{ ...found, operation: undefined, path: "", message: sayAlone(pointer, change) }];
  }
  const members = membersOf(change);
  const schema = inSchema(pointer);
  return places.map((use) => ({
    ...found,
    ...use,
    ...(schema !== undefined && { inComponents: members?.map((name) => `${schema}.${name}`) ?? [schema] }),
    message: sayAt(use, pointer, change),
    isStructure:
      found.bump === "major" && isRead(use) && !UNTYPED.test(pointer) && change.verdicts.every(isOfStructure),
    ...(members && { members: members.map((name) => (use.path === "" ? name : `${use.path}.${name}`)) }),
  }));
}

function isRead({ place = "" }: Use): boolean {
  return place.startsWith("response ") || place === "payload";
}

/** That an integer became a number is in no type. */
function isOfStructure({ ruleId, message }: DiffChange["verdicts"][number]): boolean {
  return STRUCTURE.has(ruleId) && !message.includes("integer");
}

/** The node that was modified, where the location is of its property. */
function subjectOf({ kind, property }: DiffChange, location: string): string {
  if (kind !== "modified" || property === undefined || property === "key") return location;
  return unescapeSegment(location).endsWith(`/${property}`) ? location.slice(0, location.lastIndexOf("/")) : location;
}

/** Redocly's impact, less what it does not know of our types. */
function impactOf({ impact, verdicts, property, base, revision }: DiffChange, documents: Documents): Finding["bump"] {
  // No program can name an operation by its id: the package exports no `operations`.
  if (verdicts.length > 0 && verdicts.every(({ ruleId }) => ruleId === "operation-id-changed")) return "patch";
  const isOpen =
    property === "enum" &&
    isSuggestion(documents.before.bundle, base?.pointer) &&
    isSuggestion(documents.after.bundle, revision?.pointer);
  if (!isOpen) return impact;
  const known = listOf(base?.value);
  return listOf(revision?.value).some((value) => !known.includes(value)) ? "minor" : "patch";
}

/** Whether an enum is one of an open string's, `anyOf: [{ enum: […] }, { type: string }]`, which takes any value. */
function isSuggestion(bundle: Bundle, pointer: string | undefined): boolean {
  const [, siblings] = /^(#.*\/anyOf)\/\d+\/enum$/.exec(pointer ?? "") ?? [];
  const branches = siblings === undefined ? undefined : nodeAt(bundle, siblings);
  return Array.isArray(branches) && branches.some((each) => isRecord(each) && isAnyString(each));
}

function isAnyString(schema: Bundle): boolean {
  return schema["type"] === "string" && Object.keys(schema).every((key) => key === "type" || ANNOTATION.test(key));
}

/** The properties that a change of `required` is about. */
function membersOf(change: DiffChange): string[] | undefined {
  const required = changeOfRequired(change);
  return required && [...required.removed, ...required.added];
}

function changeOfRequired({ typeName, property, base, revision }: DiffChange) {
  if (typeName !== "Schema" || property !== "required") return undefined;
  const [before, after] = [listOf(base?.value), listOf(revision?.value)];
  return { added: missingIn(before, after), removed: missingIn(after, before) };
}

function missingIn(known: readonly string[], names: readonly string[]): string[] {
  return names.filter((name) => !known.includes(name));
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** The name of a schema that has come or gone matters to the sources alone; what it brings is told where it is used. */
function wholeComponents(changes: readonly DiffChange[]): Finding[] {
  const [added, removed] = [namesOf(changes, "revision"), namesOf(changes, "base")];
  const told = (pointer: string, verb: string): Finding => {
    const [, , kind = "", name = ""] = pointer.split("/");
    const message = `\`${unescapeSegment(name)}\` of the ${kind} ${verb}`;
    return { operation: undefined, bump: "patch", by: "redocly", path: "", message, pointer };
  };
  return [
    ...missingIn(removed, added).map((pointer) => told(pointer, "is new")),
    ...missingIn(added, removed).map((pointer) => told(pointer, "has gone")),
  ];
}

/** Without the sides, on which a name may come and go though it is there all along. */
function namesOf(changes: readonly DiffChange[], version: "base" | "revision"): string[] {
  return [...new Set(changes.flatMap((each) => withoutSides(each[version]?.pointer ?? "") || []))];
}

/** Added, removed or renamed. */
function isWholeComponent(change: DiffChange): boolean {
  const pointer = locationOf(change);
  if (componentAt(pointer) !== pointer || pointer.includes("/securitySchemes/")) return false;
  return change.kind !== "modified" || change.property === "key";
}

function locationOf({ base, revision }: DiffChange): string {
  return (revision ?? base)?.pointer ?? "#/";
}

/** The same for all operations where it is of a schema that they have in common. */
function sayAt({ place, path }: Use, pointer: string, change: DiffChange): string {
  const text = textOf(change, pointer);
  if (place === undefined) return text;
  const name = inSchema(pointer) ?? path;
  const isNamed = change.verdicts.length > 0 && name.split(".").every((part) => text.includes(`\`${part}\``));
  const subject = isNamed ? "" : name;
  const colon = isPhrase(change, pointer) ? "" : ":";
  if (subject === "") {
    const said = withoutPlace(text, place);
    return `${place}${said === text ? colon : ""} ${said}`;
  }
  return `${place}: \`${subject}\`${colon} ${text.replace(` of \`${subject.split(".").at(-1)}\``, "")}`;
}

/** Of what is of no single operation. */
function sayAlone(pointer: string, change: DiffChange): string {
  return `\`${withoutSides(pointer)}\`${isPhrase(change, pointer) ? "" : ":"} ${textOf(change, pointer)}`;
}

/** Whether its text goes on from the name of what it is about. */
function isPhrase({ verdicts, kind }: DiffChange, pointer: string): boolean {
  return verdicts.length === 0 && kind !== "modified" && !KEYWORD.test(pointer);
}

/** `Person.id` for what is inside of the schema of that name. */
function inSchema(pointer: string): string | undefined {
  const component = withoutSides(componentAt(pointer) ?? "");
  if (!component.startsWith("#/components/schemas/")) return undefined;
  const [name = "", ...tokens] = withoutSides(pointer)
    .slice("#/components/schemas/".length)
    .split("/")
    .map(unescapeSegment);
  return joinPath([name, ...pathOf(tokens).split(".").filter(Boolean)]);
}

/** A parameter and a response are named by their place already. */
function withoutPlace(text: string, place: string): string {
  const whole = /^(?:request body|response `\w+`) ((?:was|became) \w+)$/.exec(text)?.[1];
  if (whole !== undefined) return whole;
  const [, kind, name] = /^(\w+ parameter) (`.*`)$/.exec(place) ?? [];
  return kind === undefined
    ? text
    : text.replace(`${name} ${kind} `, "").replace("required was", "is required, and was");
}

function textOf(change: DiffChange, pointer: string): string {
  const { verdicts, kind, typeName, property, base, revision } = change;
  if (verdicts.length > 0) return verdicts.map(({ message }) => lower(withoutSides(message))).join("; ");
  const required = changeOfRequired(change);
  if (required !== undefined) return sayRequired(required);
  const branch = /\/(allOf|anyOf|oneOf)\/\d+$/.exec(pointer)?.[1];
  const media = typeName === "MediaType" ? /\/content\/([^/]+)$/.exec(pointer)?.[1] : undefined;
  const keyword = KEYWORD.exec(pointer)?.[1];
  const what = keyword
    ? `\`${keyword}\` `
    : branch
      ? `has a branch of \`${branch}\` that `
      : media
        ? `as ${unescapeSegment(media)} `
        : "";
  if (kind !== "modified") return `${what}${kind === "added" ? "is new" : "was removed"}`;
  if (property === "description" || property === "summary") return `its ${property} has changed`;
  return `\`${property}\` changed from ${show(base?.value)} to ${show(revision?.value)}`;
}

function sayRequired({ added, removed }: { added: readonly string[]; removed: readonly string[] }): string {
  const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");
  const said = [
    ...(added.length === 0 ? [] : [`now required: ${list(added)}`]),
    ...(removed.length === 0 ? [] : [`no longer required: ${list(removed)}`]),
  ];
  return said.join("; ") || "`required` is in another order";
}

/** A sentence as part of another. */
function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, "");
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}
