import { isMap, isScalar, isSeq, type Node } from "yaml";
import type { Problem } from "../../generate/problem.js";
import type { Source } from "../../generate/sources.js";
import { printable } from "./printable.js";
import { offsetOf, type Tree, treeOf } from "./tree.js";

const ACCEPTED = "OpenAPI 3.0.x and 3.1.x are accepted";

const RELATIVES = { swagger: "Swagger", asyncapi: "AsyncAPI", arazzo: "Arazzo", overlay: "an OpenAPI Overlay" };

/** What keeps a document from being OpenAPI 3.0 or 3.1 with something in it. */
export function recognize(source: Source): Problem[] {
  const tree = treeOf(source.document);
  const problem = (offset: number, message: string): Problem[] => [
    { file: source.file, ...source.at(offset), rule: "not-openapi", message },
  ];
  if (!isMap(tree.root)) return problem(offsetOf(tree.root), `This is ${nameOf(tree.root)}; ${ACCEPTED}.`);
  const version = tree.get(tree.root, "openapi");
  if (!version) return problem(offsetOf(tree.root), `This is ${relativeOf(tree)}; ${ACCEPTED}.`);
  const fault = faultOfVersion(version.value);
  if (fault) return problem(offsetOf(version.value) || version.offset, `${fault}; ${ACCEPTED}.`);
  const parts = ["paths", "webhooks"].flatMap((key) => tree.get(tree.root, key) ?? []);
  const odd = parts.find(({ value }) => !isMap(value));
  if (odd) return problem(odd.offset, `\`${odd.key}\` is ${nameOf(odd.value)}, where a map is due.`);
  if (parts.some(({ value }) => tree.entries(value).length > 0)) return [];
  const message = parts.length === 0 ? "There are no `paths` and no `webhooks`." : "There is not one path or webhook.";
  return problem(parts[0]?.offset ?? 0, message);
}

function faultOfVersion(version: Node | null): string | undefined {
  if (!isScalar(version)) return `\`openapi\` is ${nameOf(version)}`;
  const { value, source } = version;
  if (typeof value === "number")
    return `\`openapi\` is the number ${printable(source ?? String(value))}, not a text such as "3.1.0"`;
  if (typeof value !== "string") return `\`openapi\` is ${nameOf(version)}`;
  if (/^3\.[01]\.\d+$/.test(value)) return undefined;
  return `This is OpenAPI ${printable(value) || '""'}`;
}

function relativeOf(tree: Tree): string {
  const known = Object.entries(RELATIVES).find(([key]) => tree.get(tree.root, key));
  if (!known) return "a map without `openapi`";
  const [key, name] = known;
  const version = tree.get(tree.root, key)?.value;
  return isScalar(version) ? `${name} ${printable(String(version.source ?? version.value))}` : name;
}

function nameOf(node: Node | null): string {
  if (isSeq(node)) return "a list";
  if (isMap(node)) return "a map";
  if (!isScalar(node) || node.value === null) return "empty";
  return typeof node.value === "string" ? "a text" : `a ${typeof node.value}`;
}
