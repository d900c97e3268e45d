import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const FOLDER = "test/types/readme";

/** A TypeScript block of the README, as a module. */
export interface ReadmeBlock {
  readonly path: string;
  readonly code: string;
}

/**
 * Writes each TypeScript block of the README as a module under `test/types/readme`, where the type check finds it.
 *
 * @param root the folder of the README
 */
export function writeReadmeBlocks(root = "."): ReadmeBlock[] {
  const folder = path.join(root, FOLDER);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const blocks = [...readFileSync(path.join(root, "README.md"), "utf8").matchAll(/^```ts\n(.*?)^```$/gms)];
  return blocks.map(([, code = ""], index) => {
    const file = path.join(folder, `block-${index + 1}.ts`);
    writeFileSync(file, `${code}\nexport {};\n`);
    return { path: file, code };
  });
}
