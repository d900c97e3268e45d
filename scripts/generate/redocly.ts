import path from "node:path";
import {
  bundleDocument,
  type Config,
  type Document,
  detectSpec,
  getTypes,
  lintConfig,
  lintDocument,
  loadConfig,
  type NodeType,
  type NormalizedProblem,
  normalizeTypes,
  normalizeVisitors,
  type Oas3Visitor,
  resolveDocument,
  Source,
  walkDocument,
} from "@redocly/openapi-core";
import type { Api } from "./config.js";
import { type Bundle, escapeSegment, isRecord, nodeAt, resolve } from "./document.js";
import { Files } from "./files.js";
import { BrokenDocuments, distinct, type Problem, printable } from "./problem.js";
import { type Place, positionOf } from "./sources.js";

/** A document that was read with all its files. */
export interface Loaded {
  readonly bundle: Bundle;
  /** Paths of the files from which types are generated, sorted. Examples are not listed. */
  readonly files: readonly string[];
  /** The problems that were allowed. */
  readonly allowed: readonly Problem[];
}

export interface LoadOptions {
  /** The configuration with the lint rules. Without it, only references are checked. */
  readonly config?: Config;
  /** What is linted in place of what the file says. */
  readonly document?: Bundle;
  /** Whether to let a problem pass. @default none passes */
  readonly isAllowed?: (problem: Problem) => boolean;
}

/**
 * Reads a document and every file that it refers to, lints it, and bundles it, so that all references are local.
 *
 * @param root the folder that the paths in messages start from
 * @throws {BrokenDocuments} with everything that is wrong
 */
export async function load(root: string, api: Pick<Api, "root">, options: LoadOptions = {}): Promise<Loaded> {
  const { config, isAllowed = () => false } = options;
  const files = new Files(root);
  const opened = await files.open(api.root);
  const document = { ...opened, parsed: options.document ?? opened.parsed };
  const fault = recognize(document.parsed);
  if (fault !== undefined) throw new BrokenDocuments([placed(files, document.source, "not-openapi", ...fault)]);
  const found: NormalizedProblem[] = [];
  try {
    const types = typesOf(document);
    if (config)
      found.push(...(await lintDocument({ document, config, customTypes: types, externalRefResolver: files })));
    // The linter resolves references, too.
    const isBundled = config !== undefined && !/"\$ref":"(?!#)/.test(JSON.stringify(document.parsed));
    const { refTypes, problems: unresolved } = isBundled
      ? { problems: [] }
      : await bundleDocument({ document, types, config: await noRules(), externalRefResolver: files });
    found.push(...unresolved);
    const all = toProblems(files, found);
    const problems = all.filter((problem) => !isAllowed(problem));
    if (problems.length > 0) throw new BrokenDocuments(distinct(problems));
    const allowed = [...new Map(all.map((problem) => [`${problem.pointer} ${problem.message}`, problem])).values()];
    const typed = [...files.documents.keys()].filter((file) => refTypes?.get(file)?.name !== "Example");
    if (isCircular(document.parsed)) {
      const message = "A reference that is not one to a schema leads to what contains it.";
      throw new BrokenDocuments([placed(files, document.source, "circular", "#/", message)]);
    }
    const bundle = inlinePathItems(document.parsed as Bundle);
    return { bundle, files: typed.map((file) => files.nameOf(file)).sort(), allowed };
  } catch (error) {
    if (error instanceof BrokenDocuments) throw error;
    // Redocly stops at a circular reference, and its rules expect lists and maps where OpenAPI has them.
    const broken = [...files.failures.values()].flatMap((each) => ("problems" in each ? each.problems : []));
    const problems = [...broken, ...findCircles(files), ...toProblems(files, found)];
    const message = `Redocly failed: ${printable(error instanceof Error ? error.message : String(error))}`;
    const failure = placed(files, document.source, "redocly", "#/", message);
    throw new BrokenDocuments(problems.length > 0 ? distinct(problems) : [failure]);
  }
}

/** Bundles the documents, in the order of `apis`. */
export function bundle(root: string, apis: readonly Api[]): Promise<Bundle[]> {
  return Promise.all(apis.map(async (api) => (await load(root, api)).bundle));
}

/**
 * Loads one of our configurations.
 *
 * @throws {BrokenDocuments} if it has a mistake, such as a misspelled rule, which Redocly would ignore
 */
export async function readConfig(root: string, file: string): Promise<Config> {
  const config = await loadConfig({ configPath: path.join(root, file) });
  const problems = await lintConfig({ config, severity: "error" });
  if (problems.length === 0) return config;
  throw new BrokenDocuments(
    problems.map(({ message, location: [place] }) => ({
      file,
      ...(place ? positionOf(place) : { line: 1, column: 1 }),
      rule: "config",
      message,
    })),
  );
}

/**
 * Visits every node of a bundled document by its type, such as `Schema`, wherever OpenAPI allows one. Examples and other
 * data are not visited. A visitor may change the nodes.
 */
export async function visit(bundle: Bundle, visitor: Oas3Visitor): Promise<void> {
  // No file is read: a bundle refers to others at most in extensions.
  const document: Document = { source: new Source("/none/document", ""), parsed: bundle };
  const config = await noRules();
  const specVersion = detectSpec(bundle);
  const types = normalizeTypes(typesOf(document), config);
  const resolvedRefMap = await resolveDocument({
    rootDocument: document,
    rootType: types["Root"] as never,
    externalRefResolver: new Files("/none"),
  });
  const rules = [{ severity: "error" as const, ruleId: "visit", visitor: visitor as never }];
  walkDocument({
    document,
    rootType: types["Root"] as never,
    normalizedVisitors: normalizeVisitors(rules, types),
    resolvedRefMap,
    ctx: { problems: [], specVersion, config, visitorsData: {} },
  });
}

let empty: Promise<Config> | undefined;

function noRules(): Promise<Config> {
  empty ??= import("@redocly/openapi-core").then(({ createConfig }) => createConfig({ rules: {} }));
  return empty;
}

/** The node types of a document's version, in which examples are data: Redocly would follow a `$ref` in them. */
function typesOf({ parsed }: Document): Record<string, NodeType> {
  const asData = (property: unknown) =>
    isRecord(property) && property["isExample"] === true ? { ...property, resolvable: false } : property;
  return Object.fromEntries(
    Object.entries(getTypes(detectSpec(parsed))).map(([name, type]) => {
      const properties = Object.entries(type.properties).map(([key, property]) => [key, asData(property)]);
      return [name, { ...type, properties: Object.fromEntries(properties) }];
    }),
  );
}

const RELATIVES = { swagger: "Swagger", asyncapi: "AsyncAPI", arazzo: "Arazzo", overlay: "an OpenAPI Overlay" };

/** Returns the place and the message of what keeps a document from being OpenAPI 3.0 or 3.1. */
function recognize(document: unknown): [pointer: string, message: string] | undefined {
  const accepted = "OpenAPI 3.0.x and 3.1.x are accepted.";
  if (!isRecord(document))
    return ["#/", `This is a ${Array.isArray(document) ? "list" : typeof document}; ${accepted}`];
  const { openapi } = document;
  if (openapi === undefined) {
    const [key, name] = Object.entries(RELATIVES).find(([each]) => each in document) ?? [];
    return ["#/", `This is ${name ? `${name} ${document[key ?? ""]}` : "a map without `openapi`"}; ${accepted}`];
  }
  if (typeof openapi !== "string") {
    return ["#/openapi", `\`openapi\` is ${JSON.stringify(openapi)}, not a string such as "3.1.0"; ${accepted}`];
  }
  if (!/^3\.[01]\.\d+$/.test(openapi)) return ["#/openapi", `This is OpenAPI ${openapi || '""'}; ${accepted}`];
  const parts = ["paths", "webhooks"].filter((key) => document[key] !== undefined);
  const odd = parts.find((key) => !isRecord(document[key]));
  if (odd) return [`#/${odd}`, `\`${odd}\` is not a map.`];
  if (parts.some((key) => Object.keys(document[key] as Bundle).length > 0)) return undefined;
  return ["#/", "The document has no path and no webhook."];
}

/** Whether bundling has put a node into itself, which no file can say. */
function isCircular(document: unknown): boolean {
  try {
    JSON.stringify(document);
    return false;
  } catch {
    return true;
  }
}

/** Inlines referenced path items, so that all operations are found under `paths` and `webhooks`. */
function inlinePathItems(bundle: Bundle): Bundle {
  const inline = (items: unknown) =>
    isRecord(items)
      ? Object.fromEntries(Object.entries(items).map(([name, item]) => [name, withoutRef(item, bundle)]))
      : items;
  for (const key of ["paths", "webhooks"]) if (key in bundle) bundle[key] = inline(bundle[key]);
  const { components } = bundle;
  if (!isRecord(components) || !("pathItems" in components)) return bundle;
  const { pathItems: _, ...others } = components;
  // Their operations would be there twice.
  const isUnused = !JSON.stringify({ ...bundle, components: others }).includes('"#/components/pathItems/');
  return isUnused ? { ...bundle, components: others } : bundle;
}

function withoutRef(item: unknown, bundle: Bundle): unknown {
  if (!isRecord(item) || !("$ref" in item)) return item;
  const { $ref: _, ...rest } = item;
  const target = resolve(item, bundle);
  return isRecord(target) ? { ...target, ...rest } : item;
}

function toProblems(files: Files, problems: readonly NormalizedProblem[]): Problem[] {
  const isUnresolved = problems.some(({ message }) => message.startsWith(UNRESOLVED));
  return problems.flatMap(({ ruleId, message, location: [place] }) => {
    // In OpenAPI 3.1 a schema may be a boolean anywhere; Redocly knows it in some places.
    if (!place || message.startsWith("Expected type `Schema` (object) but got `boolean`")) return [];
    if (message.startsWith(UNRESOLVED)) return explainReference(files, place);
    // The reference itself is reported.
    if (isUnresolved && message.startsWith("Example validation errored")) return [];
    const file = files.nameOf(place.source.absoluteRef);
    return [lazily(place, { file, rule: ruleId, message: files.withoutRoot(message), pointer: place.pointer })];
  });
}

/** How Redocly's message about a reference begins. */
const UNRESOLVED = "Can't resolve $ref";

/** Says why a reference cannot be followed. */
function explainReference(files: Files, place: Place): Problem[] {
  const { source, pointer = "#/" } = place;
  const file = source.absoluteRef;
  const node = nodeAt(files.documents.get(file)?.parsed, pointer);
  const reference = String(isRecord(node) ? node["$ref"] : node);
  const [target = "", fragment = ""] = reference.split("#");
  const at = pointer.endsWith("/$ref") || !isRecord(node) ? pointer : `${pointer}/$ref`;
  const problem = (rule: string, message: string): Problem[] => [placed(files, source, rule, at, message)];
  if (/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) {
    return problem("remote-ref", `Refer to a file, not to ${printableUrl(target)}.`);
  }
  const absolute = target === "" ? file : files.resolveExternalRef(file, target);
  const failure = files.failures.get(absolute);
  if (failure)
    return failure instanceof BrokenDocuments ? [...failure.problems] : problem(failure.rule, failure.message);
  if (!files.documents.has(absolute)) return [];
  const message = `Cannot resolve ${printable(reference)}: ${printable(files.nameOf(absolute))} has no ${printable(fragment) || "such part"}. Correct the reference.`;
  return problem("no-unresolved-refs", message);
}

/** Finds the references that lead only to each other. */
function findCircles(files: Files): Problem[] {
  const problems: Problem[] = [];
  const reported = new Set<unknown>();
  const follow = (file: string, node: unknown): [file: string, node: unknown] => {
    const [target = "", fragment = ""] = String((node as Bundle)["$ref"]).split("#");
    const next = target === "" ? file : files.resolveExternalRef(file, target);
    return [next, nodeAt(files.documents.get(next)?.parsed, `#${fragment}`)];
  };
  const isReference = (node: unknown) => isRecord(node) && typeof node["$ref"] === "string";
  const visitNode = (file: string, source: Source, node: unknown, pointer: string): void => {
    if (typeof node !== "object" || node === null) return;
    const chain: unknown[] = [];
    let at: [string, unknown] = [file, node];
    for (; isReference(at[1]) && !chain.includes(at[1]); at = follow(...at)) chain.push(at[1]);
    if (chain.length > 0 && at[1] === node) {
      if (chain.some((each) => reported.has(each))) return;
      const names = [...chain, node].map((each) => printable(String((each as Bundle)["$ref"]))).join(" → ");
      const message = `These references lead only to each other: ${names}`;
      problems.push(placed(files, source, "circular-ref", `${pointer}/$ref`, message));
      for (const each of chain) reported.add(each);
      return;
    }
    for (const [key, child] of Object.entries(node)) visitNode(file, source, child, `${pointer}/${escapeSegment(key)}`);
  };
  for (const [file, { source, parsed }] of files.documents) visitNode(file, source, parsed, "#");
  return problems;
}

/** A URL without user, password, query and fragment, which may be secrets. */
function printableUrl(url: string): string {
  if (!URL.canParse(url)) return printable(/^[a-z][a-z0-9+.-]*:|^\/\//i.exec(url)?.[0] ?? "");
  const { protocol, host, pathname } = new URL(url);
  return printable(`${protocol}//${host}${pathname}`);
}

function placed(files: Files, source: Source, rule: string, pointer: string, message: string): Problem {
  return lazily({ source, pointer }, { file: files.nameOf(source.absoluteRef), rule, message, pointer });
}

/** A position is computed when it is read: the file is parsed again for it. */
function lazily(place: Place, problem: Omit<Problem, "line" | "column">): Problem {
  return {
    ...problem,
    get line() {
      return positionOf(place).line;
    },
    get column() {
      return positionOf(place).column;
    },
  };
}
