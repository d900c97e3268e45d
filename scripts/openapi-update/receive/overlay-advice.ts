import path from "node:path";
import { stringify } from "yaml";
import { printable } from "./printable.js";

/** An action of an OpenAPI Overlay, 1.1.0. */
export interface OverlayAction {
  readonly target: string;
  readonly update?: unknown;
  readonly copy?: string;
  readonly remove?: true;
}

/** Actions as one can copy them into the overlay of a document. */
export function inOverlay(file: string, actions: readonly OverlayAction[]): string {
  const list = actions.map((action) => `- ${stringify(action, { collectionStyle: "flow", lineWidth: 0 }).trim()}`);
  return `openapi/overlays/${path.posix.parse(file).name}.yaml: ${list.join(" ")}`;
}

/** A JSONPath to what stands under these keys. */
export function jsonPath(...keys: readonly string[]): string {
  return `$${keys.map((key) => (/^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${quoted(key)}]`)).join("")}`;
}

/** A string literal of JSONPath. */
export function quoted(text: string): string {
  return `'${printable(text).replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
