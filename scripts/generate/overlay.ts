import { existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { OpenAPIOverlayAction } from "openapi-format";
import { type Bundle, isRecord, recordOf } from "./document.js";
import { BrokenDocuments, type Problem } from "./problem.js";
import { type OwnFile, readOwnFile } from "./sources.js";

/**
 * Applies an OpenAPI Overlay 1.0 or 1.1 to a document. Returns the document as it is if there is no overlay file.
 *
 * @param root the repository's folder
 * @param file path of the overlay in it
 * @param document the document, which is not modified
 * @throws {BrokenDocuments} with a problem for each action that has no target in the document or fails
 * @see https://spec.openapis.org/overlay/v1.0.0.html
 */
export async function applyOverlay(root: string, file: string, document: Bundle): Promise<Bundle> {
  if (!existsSync(path.join(root, file))) return document;
  const source = readOwnFile(root, file);
  const { data, problems } = await applyActions(source, document);
  if (problems.length > 0) throw new BrokenDocuments(problems.map(({ problem }) => problem));
  return data;
}

/**
 * Deletes the actions of an overlay that have no target in a document, and the file if none is left.
 *
 * @returns the targets of the deleted actions
 */
export async function removeUnusedActions(root: string, file: string, document: Bundle): Promise<string[]> {
  if (!existsSync(path.join(root, file))) return [];
  const source = readOwnFile(root, file);
  const { problems } = await applyActions(source, document);
  const unused = problems.filter(({ problem }) => problem.rule === TARGET).reverse();
  const targets = unused.map(({ index }) => String(source.document.getIn(["actions", index, "target"]))).reverse();
  for (const { index } of unused) source.document.deleteIn(["actions", index]);
  const isEmpty = (source.document.toJS() as { actions: unknown[] }).actions.length === 0;
  if (isEmpty) rmSync(path.join(root, file));
  else if (unused.length > 0) writeFileSync(path.join(root, file), source.document.toString({ lineWidth: 0 }));
  return targets;
}

/** The rule of an action without a target. */
const TARGET = "overlay-target";

async function applyActions(source: OwnFile, document: Bundle) {
  let data = structuredClone(document);
  const problems: { index: number; problem: Problem }[] = [];
  const report = (index: number, rule: string, message: string) =>
    problems.push({ index, problem: source.problem(`#/actions/${index}`, rule, message) });
  // One action at a time, so that each error can be attributed to its action.
  for (const [index, action] of readActions(source).entries()) {
    const { result, error } = await captureError(() => apply(data, action));
    if (error !== undefined) report(index, "overlay", error);
    else if (result === undefined) report(index, TARGET, `Nothing is at ${action.target}. Update the target.`);
    data = result ?? data;
  }
  return { data, problems };
}

/** @returns The changed document, or `undefined` if the action has no target in the document. */
async function apply(document: Bundle, action: OpenAPIOverlayAction): Promise<Bundle | undefined> {
  // Half a second to import, and most documents have no overlay.
  const { openapiOverlay, resolveJsonPath } = await import("openapi-format");
  if (action.remove === true) return remove(document, resolveJsonPath(document, action.target).reverse());
  // As 1.1, whose rules are stricter than those of 1.0: for example, text cannot be merged into an object.
  const { data, resultData } = await openapiOverlay(document, { overlaySet: { overlay: "1.1.0", actions: [action] } });
  return resultData["totalUnusedActions"] === 0 ? (data as Bundle) : undefined;
}

/** Removes the last node first: openapi-format 1.33.6 removes the first one first, and then the wrong list items. */
function remove(document: Bundle, nodes: readonly { parent: unknown; key: unknown }[]): Bundle | undefined {
  for (const { parent, key } of nodes) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else if (isRecord(parent)) delete parent[String(key)];
  }
  return nodes.length > 0 ? document : undefined;
}

/** Captures the error of an action: openapi-format prints it to the console and continues. */
async function captureError<T>(run: () => Promise<T>): Promise<{ result: T; error: string | undefined }> {
  const print = console.error;
  let error: string | undefined;
  console.error = (message: unknown) => {
    error ??= String(message).replace(/^Overlay action #1: /, "");
  };
  try {
    return { result: await run(), error };
  } finally {
    console.error = print;
  }
}

function readActions(source: OwnFile): readonly OpenAPIOverlayAction[] {
  const { overlay: version, actions } = recordOf(source.document.toJS());
  if (!/^1\.[01]\.\d+$/.test(String(version)) || !Array.isArray(actions) || actions.length === 0) {
    const message = "Not an overlay. It needs `overlay: 1.0.0` or `1.1.0`, and a list of `actions`.";
    throw new BrokenDocuments([source.problem("#/", "overlay", message)]);
  }
  const problems = actions.flatMap((action, index) => {
    const message = checkAction(action);
    return message === undefined ? [] : [source.problem(`#/actions/${index}`, "overlay", message)];
  });
  if (problems.length > 0) throw new BrokenDocuments(problems);
  return actions;
}

const KEYS = ["target", "description", "update", "remove", "copy"];

/** @returns What is wrong with an action, or `undefined`. */
function checkAction(action: unknown): string | undefined {
  if (!isRecord(action) || typeof action["target"] !== "string") return "The action needs a `target`, a JSONPath.";
  const unknown = Object.keys(action).find((key) => !KEYS.includes(key) && !key.startsWith("x-"));
  if (unknown !== undefined) return `The action has an unknown key \`${unknown}\`. Use ${KEYS.join(", ")}.`;
  const changes = ["update", "remove", "copy"].filter((key) => key in action);
  return changes.length === 1 ? undefined : "The action needs exactly one of `update`, `remove: true` and `copy`.";
}
