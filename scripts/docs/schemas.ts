import { type Bundle, isRecord, recordOf, schemaName, textOf } from "../generate/document.js";

/** How a fact is known. */
export const EVIDENCE: Readonly<Record<string, string>> = {
  documented: "The vendor's documentation says so.",
  observed: "Code that calls the real API does so, or a real response had it.",
  inferred: "Our guess. It may be wrong.",
};

/** Writes the mark of a node, if it has one of its own: a link to the legend. */
export function evidenceOf(node: Bundle): string {
  const evidence = String(node["x-evidence"] ?? "");
  return evidence in EVIDENCE ? `<small class="${evidence}">[${evidence}](#how-each-fact-is-known)</small>` : "";
}

/** Writes the type of a schema. Named schemas are links. */
export function typeOf(schema: unknown): string {
  const node = recordOf(schema);
  const name = schemaName(node["$ref"]);
  if (name !== undefined) return `[${name}](#${name.toLowerCase()})`;
  const alternatives = [node["anyOf"] ?? node["oneOf"] ?? []].flat();
  if (alternatives.length > 0) return [...new Set(alternatives.map(typeOf))].join(" or ");
  if (node["const"] !== undefined) return codeOf(node["const"]);
  if (Array.isArray(node["enum"])) return node["enum"].map(codeOf).join(", ");
  const types = [node["type"] ?? "anything"].flat().map(String);
  return types.map((type) => (type === "array" ? `list of ${typeOf(node["items"])}` : type)).join(" or ");
}

/**
 * Writes a table of the fields of an object, or of the objects in a list, with those of objects in it below them. Other
 * schemas have no table.
 */
export function fieldTable(schema: Bundle): string {
  const rows = isRecord(schema["items"]) ? rowsOf(schema["items"], "[].") : rowsOf(schema, "");
  return rows.length > 0 ? tableOf(["field", "type", "description"], rows) : "";
}

/** Writes a description for a cell of a table, which has no room for paragraphs and lists of Markdown. */
export function lineOf(node: Bundle): string {
  return textOf(node)
    .replace(/\n+- /g, "<br>• ")
    .replace(/\s*\n\s*/g, " ");
}

/** Writes a table. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return `${[line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n")}\n`;
}

function rowsOf(schema: Bundle, prefix: string): string[][] {
  const required = [schema["required"] ?? []].flat();
  return Object.entries(recordOf(schema["properties"])).flatMap(([name, property]) => {
    // `false` forbids the field.
    if (property === false) return [];
    const node = recordOf(property);
    const field = `\`${prefix}${name}\`${required.includes(name) ? " <small>required</small>" : ""}`;
    const notes = [lineOf(node), limitsOf(node), exampleOf(node), evidenceOf(node)];
    const inner = isRecord(node["items"]) ? node["items"] : node;
    const path = `${prefix}${name}${inner === node ? "." : "[]."}`;
    return [[field, typeOf(node), notes.filter(Boolean).join(" ")], ...rowsOf(inner, path)];
  });
}

function limitsOf({ minimum, maximum }: Bundle): string {
  const limits = [minimum !== undefined && `at least ${minimum}`, maximum !== undefined && `at most ${maximum}`];
  const text = limits.filter(Boolean).join(", ");
  return text && `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function exampleOf({ examples }: Bundle): string {
  return Array.isArray(examples) && examples.length > 0 ? `Such as ${codeOf(examples[0])}.` : "";
}

function codeOf(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}
