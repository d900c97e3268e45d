import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { NODE } from "./contenders.js";
import type { BenchDocument } from "./documents.js";

/** Whether what was written is of use. */

const run = promisify(execFile);
const here = import.meta.dirname;
const TSC = path.join(here, "node_modules", "typescript", "bin", "tsc");

/** Strict, and with nothing left out. */
const COMPILER_OPTIONS = {
  strict: true,
  skipLibCheck: false,
  noEmit: true,
  target: "es2022",
  lib: ["es2022", "dom", "dom.iterable"],
  module: "nodenext",
};

/**
 * Type-checks a file and all that it imports.
 *
 * @param file a TypeScript file
 * @param types the packages that its globals come from
 * @returns How many errors there are, and the first.
 */
export async function typeCheck(
  file: string,
  types: readonly string[] = [],
): Promise<{ errors: number; first?: string }> {
  const project = path.join(here, "generated", "tsconfig.json");
  writeFileSync(project, JSON.stringify({ compilerOptions: { ...COMPILER_OPTIONS, types }, files: [file] }));
  try {
    await run(NODE, [TSC, "--project", project, "--pretty", "false"], { maxBuffer: 64 * 1024 * 1024 });
    return { errors: 0 };
  } catch (error) {
    const lines = String((error as { stdout?: unknown }).stdout).match(/^.*error TS.*$/gm) ?? [String(error)];
    return { errors: lines.length, ...(lines[0] !== undefined && { first: lines[0] }) };
  }
}

/** Of all files in a folder. */
export function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) =>
    statSync(path.join(folder, name)),
  );
  return files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}

/**
 * Type-checks the client of a document, and has it call a real server that refuses its first token.
 *
 * @throws where it does not compile, or the call went otherwise than it should
 */
export async function checkClient(
  name: string,
  { answer, printed }: NonNullable<BenchDocument["call"]>,
): Promise<void> {
  const program = path.join(here, "clients", `${name}.ts`);
  const { errors, first } = await typeCheck(program, ["node"]);
  if (errors > 0) throw new Error(`The client of ${name} has ${errors} type errors: ${first}`);
  await using server = await startServer(answer);
  const { stdout } = await run(NODE, ["--import", import.meta.resolve("tsx"), program, server.url]);
  expectSame(`what the client of ${name} prints`, stdout.trim(), printed);
  expectSame(`the calls of ${name}`, server.calls.join(", "), "Bearer token-1: 401, Bearer token-2: 200");
}

/** Issues a token a session, and takes each but the first. */
async function startServer(answer: object) {
  const calls: string[] = [];
  let issued = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader("content-type", "application/json");
    if (request.url?.endsWith("/session")) {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      response.end(JSON.stringify({ accessToken: `token-${++issued}`, expiresAt }));
      return;
    }
    const { authorization = "none" } = request.headers;
    response.statusCode = issued > 1 && authorization === `Bearer token-${issued}` ? 200 : 401;
    calls.push(`${authorization}: ${response.statusCode}`);
    response.end(JSON.stringify(response.statusCode === 200 ? answer : {}));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, calls, [Symbol.asyncDispose]: close };
}

function expectSame(what: string, found: string, wanted: string): void {
  if (found !== wanted) throw new Error(`For ${what}, wanted ${wanted}, found ${found}`);
}

/** Where a contender writes. */
export function folderFor(document: string, contender: string): string {
  return path.join(here, "generated", document, contender.replace(/^\W+/, "").replace(/\W+/g, "-"));
}

/** Some write nothing where the same is there already. */
export function makeEmpty(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
