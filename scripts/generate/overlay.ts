import { existsSync } from "node:fs";
import path from "node:path";
import { type OpenAPIOverlayAction, openapiOverlay, resolveJsonPath } from "openapi-format";
import { isNode } from "yaml";
import { isRecord } from "./is-record.js";
import { BrokenDocuments, type Problem } from "./problem.js";
import type { Bundle } from "./redocly.js";
import { readSource, type Source } from "./sources.js";

/**
 * Applies an OpenAPI Overlay document, 1.0 or 1.1, to a document. Where there is none, nothing is added.
 *
 * @param root the repository's folder
 * @param file the overlay's path in it
 * @param document what it is applied to; it is left as it is
 * @throws {BrokenDocuments} for each action that finds no target, or cannot be carried out
 * @see https://spec.openapis.org/overlay/v1.0.0.html
 */
export async function applyOverlay(root: string, file: string, document: Bundle): Promise<Bundle> {
  if (!existsSync(path.join(root, file))) return document;
  const source = readSource(root, file);
  const actions = readActions(source);
  let data = structuredClone(document);
  const problems: Problem[] = [];
  // One by one: what is said of an action is then known to be said of that one.
  for (const [index, action] of actions.entries()) {
    const outcome = await listening(() => apply(data, action));
    if (outcome.said !== undefined) problems.push(problem(source, index, "overlay", outcome.said));
    else if (outcome.result === undefined) {
      problems.push(problem(source, index, "overlay-target", `Nothing is at ${action.target}. Say where it is now.`));
    }
    data = outcome.result ?? data;
  }
  if (problems.length > 0) throw new BrokenDocuments(problems);
  return data;
}

/** @returns Resolves with nothing where the action finds no target. */
async function apply(document: Bundle, action: OpenAPIOverlayAction): Promise<Bundle | undefined> {
  if (action.remove === true) return remove(document, action.target);
  // By the rules of 1.1, which say what 1.0 leaves open, such as that text cannot be merged into an object.
  const { data, resultData } = await openapiOverlay(document, { overlaySet: { overlay: "1.1.0", actions: [action] } });
  return resultData["totalUnusedActions"] === 0 ? (data as Bundle) : undefined;
}

/** Removed from the last on: openapi-format 1.33.6 goes from the first, and so takes the wrong items out of a list. */
function remove(document: Bundle, target: string): Bundle | undefined {
  const nodes = resolveJsonPath(document, target).reverse();
  for (const { parent, key } of nodes) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else if (isRecord(parent)) delete parent[String(key)];
  }
  return nodes.length > 0 ? document : undefined;
}

/** openapi-format tells on the console what it cannot carry out, and goes on. */
async function listening<T>(run: () => Promise<T>): Promise<{ result: T; said: string | undefined }> {
  const print = console.error;
  let said: string | undefined;
  console.error = (message: unknown) => {
    said ??= String(message).replace(/^Overlay action #1: /, "");
  };
  try {
    return { result: await run(), said };
  } finally {
    console.error = print;
  }
}

function readActions(source: Source): readonly OpenAPIOverlayAction[] {
  const overlay: unknown = source.document.toJS();
  const version = isRecord(overlay) ? String(overlay["overlay"]) : "";
  const actions = isRecord(overlay) ? overlay["actions"] : undefined;
  if (!/^1\.[01]\.\d+$/.test(version) || !Array.isArray(actions) || actions.length === 0) {
    const message = "An overlay says `overlay: 1.0.0` or `1.1.0`, and lists `actions`.";
    throw new BrokenDocuments([{ file: source.file, line: 1, column: 1, rule: "overlay", message }]);
  }
  const problems = actions.flatMap((action, index) => {
    const fault = faultOf(action);
    return fault === undefined ? [] : [problem(source, index, "overlay", fault)];
  });
  if (problems.length > 0) throw new BrokenDocuments(problems);
  return actions;
}

const MEMBERS = ["target", "description", "update", "remove", "copy"];

function faultOf(action: unknown): string | undefined {
  if (!isRecord(action) || typeof action["target"] !== "string") return "An action needs a `target`, a JSONPath.";
  const unknown = Object.keys(action).find((key) => !MEMBERS.includes(key) && !key.startsWith("x-"));
  if (unknown !== undefined) return `An action has no \`${unknown}\`, only ${MEMBERS.join(", ")}.`;
  const done = ["update", "remove", "copy"].filter((key) => key in action);
  return done.length === 1 ? undefined : `An action does one thing: \`update\`, \`remove: true\` or \`copy\`.`;
}

function problem({ file, document, at }: Source, index: number, rule: string, message: string): Problem {
  const node = document.getIn(["actions", index], true);
  return { file, ...at((isNode(node) && node.range?.[0]) || 0), rule, message };
}
