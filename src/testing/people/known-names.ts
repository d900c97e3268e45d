import { type Schema, schemas } from "../../generated/request-schemas.js";
import { dereference } from "../validate.js";

/** Names that a request may use at one kind of place. */
export interface Names {
  /** Those that were seen with the API, or that it documents. */
  readonly seen: ReadonlySet<string>;
  /** Those that the fake understands: `seen` first, then guesses. */
  readonly known: ReadonlySet<string>;
}

const { Person: PERSON = true, FilterField = true, MatchField = true, Report = true, ReportParams = true } = schemas;

/** All dotted paths within a schema. */
interface Paths {
  /** Paths of values, such as `jobs.title`. */
  readonly values: readonly string[];
  /** Paths of objects and lists, such as `jobs`. */
  readonly containers: readonly string[];
}

const paths = pathsOf(PERSON);
const companyPaths = paths.values.flatMap((path) => /^jobs\.(company\..+)/.exec(path)?.[1] ?? []);

/**
 * The fields that requests may name, by the key that names them. A guess is a field of people that the fake can
 * read by its path; whether the API knows it there is not known.
 */
export const FIELDS = {
  field: namesOf(listedIn(FilterField), paths.values),
  field_name: namesOf(listedIn(propertiesOf(MatchField)["field_name"]), [...paths.values, ...companyPaths]),
  group_by: namesOf(
    listedIn(dereference(propertiesOf(ReportParams)["group_by"] ?? true).items),
    paths.values.filter((path) => path.startsWith("jobs.")),
  ),
  // Observed; the OpenAPI document has it as an example.
  sort_by: namesOf(["company_change_detected_at"], paths.values),
  return_fields: namesOf([...paths.values, ...paths.containers], []),
} satisfies Record<string, Names>;

/** A key whose strings name fields. */
export type FieldKey = keyof typeof FIELDS;

/** The reports that were seen. The fake knows no others. */
export const REPORT_NAMES: ReadonlySet<string> = new Set(listedIn(propertiesOf(Report)["name"]));

/** The values that were seen, by what they are. */
export const JOB_VALUES = {
  level: new Set(listedIn(jobProperty("level"))),
  function: new Set(listedIn(jobProperty("function"))),
} as const;

function jobProperty(name: string): Schema | undefined {
  return propertiesOf(propertiesOf(PERSON)["jobs"])[name];
}

function namesOf(seen: readonly string[], others: readonly string[]): Names {
  return { seen: new Set(seen), known: new Set([...seen, ...others]) };
}

/** Returns the strings that a schema lists, also if it accepts others. */
function listedIn(schema: Schema | undefined): string[] {
  const { enum: values = [], anyOf = [] } = dereference(schema ?? true);
  return [...values.filter((value) => typeof value === "string"), ...anyOf.flatMap(listedIn)];
}

/** Returns the properties of an object, or of the objects in a list. */
function propertiesOf(schema: Schema = true): Readonly<Record<string, Schema>> {
  const { properties, items, anyOf = [] } = dereference(schema);
  return Object.assign({}, properties, ...[items ?? true, ...anyOf].map(innerPropertiesOf));
}

function innerPropertiesOf(schema: Schema): Readonly<Record<string, Schema>> {
  return schema === true ? {} : propertiesOf(schema);
}

/** @param above the schemas that contain this one; one that contains itself is followed once */
function pathsOf(schema: Schema, start = "", above: readonly Schema[] = []): Paths {
  const values: string[] = [];
  const containers: string[] = [];
  for (const [key, inner] of Object.entries(propertiesOf(schema))) {
    const path = start + key;
    if (Object.keys(propertiesOf(inner)).length === 0) values.push(path);
    else containers.push(path);
    if (above.includes(inner)) continue;
    const below = pathsOf(inner, `${path}.`, [...above, inner]);
    values.push(...below.values);
    containers.push(...below.containers);
  }
  return { values, containers };
}
