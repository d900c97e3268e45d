import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { BrokenDocuments, formatProblem } from "../../../../scripts/generate/problem.js";
import type { Loaded } from "../../../../scripts/generate/redocly.js";
import { receive } from "../../../../scripts/openapi-update/take-in.js";

/** A document of one operation. */
export const SMALL = `openapi: 3.1.0
info: { title: People, version: "1" }
paths:
  /find:
    post:
      operationId: findPeople
      responses:
        "200":
          description: People.
`;

/** The small document with schemas. */
export function withSchemas(schemas: string): string {
  return `${SMALL}components:\n  schemas:\n${schemas.replace(/^(?=.)/gm, "    ")}`;
}

/** A folder for documents. */
export interface Sandbox extends AsyncDisposable {
  readonly folder: string;
  /** Writes a file. @returns its path */
  put(file: string, content: string | Uint8Array): string;
  receive(location: string): Promise<Loaded>;
  /** Returns the lines with which a broken document is rejected. Fails if it is accepted. */
  refusal(location: string): Promise<string[]>;
}

export function createSandbox(): Sandbox {
  const root = mkdtempSync(path.join(tmpdir(), "livedata-receive-"));
  const folder = path.join(root, "work", "openapi");
  mkdirSync(folder, { recursive: true });
  return {
    folder,
    put(file, content) {
      const absolute = path.join(folder, file);
      mkdirSync(path.dirname(absolute), { recursive: true });
      writeFileSync(absolute, content);
      return absolute;
    },
    receive,
    async refusal(location) {
      try {
        await receive(location);
      } catch (error) {
        if (!(error instanceof BrokenDocuments)) throw error;
        return error.problems.map(formatProblem).map((line) => line.replaceAll(`${folder}/`, ""));
      }
      throw new Error("It was accepted.");
    },
    [Symbol.asyncDispose]: async () => rmSync(root, { recursive: true }),
  };
}
