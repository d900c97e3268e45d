import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const FOLDER = "test/types/readme";

/** A TypeScript block of the README, as a module. */
export interface ReadmeBlock {
  readonly path: string;
  readonly code: string;
}

/** Writes each TypeScript block of the README as a module under `test/types/readme`, where the type check finds it. */
export function writeReadmeBlocks(): ReadmeBlock[] {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const blocks = [...readFileSync("README.md", "utf8").matchAll(/^```ts\n(.*?)^```$/gms)];
  return blocks.map(([, code = ""], index) => {
    const path = `${FOLDER}/block-${index + 1}.ts`;
    writeFileSync(path, `${code}\nexport {};\n`);
    return { path, code };
  });
}
