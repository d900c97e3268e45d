import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { type Api, readApis } from "../../../scripts/generate/config.js";
import type { Bundle } from "../../../scripts/generate/document.js";
import { type Generated, generate } from "../../../scripts/generate/generate.js";
import { findChanged, findStale, writeOutput } from "../../../scripts/generate/output.js";
import { BrokenDocuments, formatProblem } from "../../../scripts/generate/problem.js";
import { makeDocuments } from "../../../scripts/generate/vendor-documents.js";
import { takeIn } from "../../../scripts/openapi-update/take-in.js";

/** A tree with everything that a document and the generated files need. */
export interface Tree extends Disposable {
  readonly folder: string;
  /** Uses a document as that of the companies service, and generates everything twice, as an update and a later run do. */
  takeIn(location: string): Promise<Taken>;
  /** Returns the lines with which a document is rejected. Fails if it is accepted. */
  refusal(location: string): Promise<string[]>;
  read(file: string): string;
}

export interface Taken extends Generated {
  /** The document of companies that was made. */
  readonly document: Bundle;
}

export function createTree(): Tree {
  const folder = mkdtempSync(path.join(tmpdir(), "livedata-tree-"));
  for (const name of ["openapi", "redocly.yaml", "redocly.vendor.yaml", "redocly.evidence.yaml", "package.json"]) {
    cpSync(name, path.join(folder, name), { recursive: true });
  }
  cpSync("src/generated", path.join(folder, "src/generated"), { recursive: true });
  const api = readApis(folder).find(({ name }) => name === "companies") as Api;
  const read = (file: string) => readFileSync(path.join(folder, file), "utf8");
  const tree: Tree = {
    folder,
    read,
    async takeIn(location) {
      await takeIn(folder, api, location);
      const generated = await makeTypes(folder);
      const again = await makeTypes(folder);
      if (findChanged(folder, generated.output).length > 0) throw new Error("The second run wrote something else.");
      return { ...again, document: parse(read(api.root)) };
    },
    async refusal(location) {
      try {
        await tree.takeIn(location);
      } catch (error) {
        if (error instanceof BrokenDocuments) return error.problems.map(formatProblem);
        throw error;
      }
      throw new Error("It was accepted.");
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
  return tree;
}

async function makeTypes(folder: string): Promise<Generated> {
  const documents = await makeDocuments(folder, readApis(folder));
  writeOutput(folder, documents, findChanged(folder, documents));
  const generated = await generate(folder);
  writeOutput(folder, generated.output, findStale(folder, generated.output));
  return generated;
}
