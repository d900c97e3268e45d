import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const FOLDER = "test/types/readme";

/**
 * Writes each TypeScript block of the README as a module under `test/types/readme`, where the type check finds it.
 *
 * @returns how many there are
 */
export function writeReadmeBlocks(): number {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const blocks = [...readFileSync("README.md", "utf8").matchAll(/^```ts\n(.*?)^```$/gms)];
  for (const [index, [, code = ""]] of blocks.entries()) {
    writeFileSync(`${FOLDER}/block-${index + 1}.ts`, `${code}\nexport {};\n`);
  }
  return blocks.length;
}
