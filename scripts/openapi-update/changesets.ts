import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import readChangesets from "@changesets/read";
import { list } from "../generate/output.js";
import { type Bump, greatest } from "./compare/compare.js";

/** The folder of changesets. */
export const CHANGESETS = ".changeset";

interface Replacement {
  readonly tree: string;
  readonly committed: string;
  readonly name: string;
  readonly text: string | undefined;
}

export function printChangeset(packageName: string, bump: Bump, text: string): string {
  return `---\n${JSON.stringify(packageName)}: ${bump}\n---\n\n${text.trim()}\n`;
}

/**
 * Writes a changeset into a tree. It replaces those of earlier runs that are not committed, because it lists everything
 * that has changed since the commit.
 *
 * @param committed the folder of the last commit
 * @param name the beginning of its name, `openapi-…`
 * @param text its text; undefined to write none
 */
export function replaceChangeset({ tree, committed, name, text }: Replacement): void {
  const folder = path.join(tree, CHANGESETS);
  const known = list(path.join(committed, CHANGESETS));
  for (const file of list(folder).filter((each) => each.startsWith("openapi-") && !known.includes(each))) {
    rmSync(path.join(folder, file));
  }
  if (text === undefined) return;
  const id = createHash("sha256").update(text).digest("hex").slice(0, 8);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}-${id}.md`), text);
}

/**
 * Returns the bump that was decided on between two trees: that of the added changesets, and that of a release in between,
 * which deletes them.
 */
export async function bumpBetween(before: string, after: string): Promise<Bump> {
  const { name, version } = readManifest(after);
  const old = new Map((await readChangesets(before)).map((changeset) => [changeset.id, JSON.stringify(changeset)]));
  const added = (await readChangesets(after)).filter(
    (changeset) => old.get(changeset.id) !== JSON.stringify(changeset),
  );
  const decided = added.flatMap(({ releases }) =>
    releases.filter((release) => release.name === name).map(({ type }) => type),
  );
  return greatest([...decided, bumpOf(readManifest(before).version, version)]);
}

function bumpOf(before: string, after: string): Bump {
  const [old, now] = [before.split("."), after.split(".")];
  const index = now.findIndex((part, position) => part !== old[position]);
  return (["major", "minor", "patch"] as const)[index] ?? "none";
}

export function readManifest(folder: string): { readonly name: string; readonly version: string } {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
}
