import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { type Bundle, isRecord } from "../../../../../scripts/generate/document.js";
import { generateTypes } from "../../../../../scripts/generate/types.js";
import type { Version } from "../../../../../scripts/openapi-update/compare/compare.js";
import { type Entry, GONE } from "./entries.js";

/** The document that every entry changes. */
export function readBase(): Bundle {
  return parse(readFileSync("test/scripts/openapi-update/compare/corpus/base.yaml", "utf8"));
}

/** The base document as an entry changes it. */
export function change({ name, edits }: Entry): Bundle {
  const bundle = readBase();
  for (const [pointer, value] of Object.entries(edits)) edit(bundle, pointer, value, name);
  return bundle;
}

/** A document with its types. */
export async function versionOf(bundle: Bundle): Promise<Version> {
  return { bundle, types: await generateTypes(bundle) };
}

function edit(bundle: Bundle, pointer: string, value: unknown, name: string): void {
  const tokens = pointer
    .slice(2)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = tokens.pop() ?? "";
  const parent = tokens.reduce<unknown>((node, token) => childOf(node, token), bundle);
  if (Array.isArray(parent)) parent[Number(last)] = value;
  else if (!isRecord(parent)) throw new Error(`${name}: nothing is at ${pointer}`);
  else if (value === GONE && last in parent) delete parent[last];
  else parent[last] = typeof value === "function" ? value(parent[last]) : value;
}

function childOf(node: unknown, token: string): unknown {
  if (Array.isArray(node)) return node[Number(token)];
  return isRecord(node) ? node[token] : undefined;
}
