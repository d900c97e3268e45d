import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const GUIDE = "docs/guide";
const FRONT_PAGE = "docs/index.md";
const FOLDER = "test/types/readme";

/** A TypeScript block of the documentation, as a module. */
export interface ReadmeBlock {
  /** The page that has it, such as `docs/guide/auth.md`. */
  readonly page: string;
  /** The module that it was written to. */
  readonly path: string;
  readonly code: string;
}

/**
 * Writes each TypeScript block of the README, the front page of the site and the guide as a module under `test/types/readme`, where the type
 * check finds it.
 *
 * @param root the folder of the README
 * @returns the blocks, in the order of the pages
 */
export function writeReadmeBlocks(root = "."): ReadmeBlock[] {
  const folder = path.join(root, FOLDER);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return pagesOf(root).flatMap((page) => writeBlocks(root, page));
}

function pagesOf(root: string): string[] {
  const folder = path.join(root, GUIDE);
  const guide = existsSync(folder) ? readdirSync(folder).sort() : [];
  const front = existsSync(path.join(root, FRONT_PAGE)) ? [FRONT_PAGE] : [];
  return ["README.md", ...front, ...guide.filter((name) => name.endsWith(".md")).map((name) => `${GUIDE}/${name}`)];
}

function writeBlocks(root: string, page: string): ReadmeBlock[] {
  const blocks = readFileSync(path.join(root, page), "utf8").matchAll(/^```ts\n(.*?)^```$/gms);
  const name = page.replace(/\.md$/, "").replaceAll("/", "-").toLowerCase();
  return [...blocks].map(([, code = ""], index) => {
    const file = path.join(root, FOLDER, `${name}-${index + 1}.ts`);
    writeFileSync(file, `${code}\nexport {};\n`);
    return { page, path: file, code };
  });
}
