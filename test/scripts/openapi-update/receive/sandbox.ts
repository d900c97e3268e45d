import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { BrokenDocuments, formatProblem } from "../../../../scripts/generate/problem.js";
import { type Received, type ReceiveOptions, receive } from "../../../../scripts/openapi-update/receive/receive.js";

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

/** A folder with documents in it, and one beside it to receive into. */
export interface Sandbox extends AsyncDisposable {
  readonly folder: string;
  /** Where documents are received. */
  readonly target: string;
  put(file: string, content: string | Uint8Array): string;
  /** Takes a document in, and returns all its files. */
  receive(location: string, options?: ReceiveOptions): Promise<Received & { readonly files: Record<string, string> }>;
  /** The lines that a broken document is refused with; fails when it is taken, or when something was written. */
  refusal(location: string, options?: ReceiveOptions): Promise<string[]>;
}

export function createSandbox(): Sandbox {
  const root = mkdtempSync(path.join(tmpdir(), "livedata-receive-"));
  const folder = path.join(root, "work", "openapi");
  const target = path.join(root, "received");
  mkdirSync(folder, { recursive: true });
  const short = (line: string) => line.replaceAll(`${folder}/`, "").replaceAll(path.dirname(folder), "<work>");
  return {
    folder,
    target,
    put(file, content) {
      const absolute = path.join(folder, file);
      mkdirSync(path.dirname(absolute), { recursive: true });
      writeFileSync(absolute, content);
      return absolute;
    },
    async receive(location, options) {
      return { ...(await receive(location, target, options)), files: readAll(target) };
    },
    async refusal(location, options) {
      try {
        await receive(location, target, options);
      } catch (error) {
        if (!(error instanceof BrokenDocuments)) throw error;
        if (existsSync(target)) throw new Error("Something was written.");
        return error.problems.map(formatProblem).map(short);
      }
      throw new Error("It was taken.");
    },
    [Symbol.asyncDispose]: async () => rmSync(root, { recursive: true }),
  };
}

function readAll(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return Object.fromEntries(
    files
      .map(({ parentPath, name }) => path.join(parentPath, name))
      .map((file) => [path.relative(folder, file), readFileSync(file, "utf8")])
      .sort(),
  );
}
