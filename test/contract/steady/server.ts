import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type OperationContract, withoutBase } from "../contract.js";
import type { RecordedRequest } from "../recordings.js";
import { toInit, type Verdict } from "../verdicts.js";

const FOLDER = import.meta.dirname;
const CLI = path.join(FOLDER, "node_modules/@stdy/cli/steady.js");
const MAX_START_MS = 20_000;

/** Servers of `@stdy/cli`, one per document. */
export interface Steady {
  /** Sends a request to its server and returns the verdict. */
  validate(contract: OperationContract, request: RecordedRequest): Promise<Verdict>;
  close(): void;
}

/** Installs the server if it is missing. It is a separate package, so that `npm ci` of the project stays small. */
export function install(): void {
  if (existsSync(CLI)) return;
  const npm = process.env["npm_execpath"];
  if (!npm) throw new Error("Run this with npm: npm run test:contract");
  execFileSync(process.execPath, [npm, "ci", "--prefix", FOLDER, "--ignore-scripts"], { stdio: "inherit" });
}

/** Starts a server for each document. */
export async function startSteady(contracts: readonly OperationContract[]): Promise<Steady> {
  const folder = mkdtempSync(path.join(tmpdir(), "livedata-steady-"));
  const documents = new Map(contracts.map(({ bundled }) => [bundled.service, bundled.document]));
  const children: ChildProcess[] = [];
  const origins = new Map<string, string>();
  const close = () => {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const [service, document] of documents) {
      const file = path.join(folder, `${service}.json`);
      writeFileSync(file, JSON.stringify(document));
      const port = await freePort();
      const args = ["--quiet", "--validator-strict-oneof", "--host", "127.0.0.1", "--port", String(port), file];
      children.push(spawn(process.execPath, [CLI, ...args], { stdio: "ignore" }));
      origins.set(service, `http://127.0.0.1:${port}`);
    }
    await Promise.all([...origins.values()].map(untilReady));
  } catch (error) {
    close();
    throw error;
  }
  return {
    close,
    async validate(contract, request) {
      const origin = origins.get(contract.bundled.service) ?? "";
      const response = await fetch(origin + withoutBase(contract, request.target), toInit(request));
      await response.arrayBuffer();
      if (response.status === 500) return { isValid: false, problems: ["500"] };
      const count = Number(response.headers.get("x-steady-error-count") ?? Number.NaN);
      if (Number.isNaN(count)) throw new Error(`Steady returned no verdict on ${JSON.stringify(request)}`);
      const problems = Array.from({ length: count }, (_, index) =>
        ["code", "path", "message"]
          .map((part) => response.headers.get(`x-steady-error-${index + 1}-${part}`))
          .join(" "),
      );
      return { isValid: count === 0, problems };
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No free port found");
  return address.port;
}

async function untilReady(origin: string): Promise<void> {
  for (const deadline = performance.now() + MAX_START_MS; performance.now() < deadline; await sleep(50)) {
    const isReady = await fetch(origin).then(
      () => true,
      () => false,
    );
    if (isReady) return;
  }
  throw new Error(`Steady did not start within ${MAX_START_MS} ms`);
}
