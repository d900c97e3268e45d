import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { cellsOf, type Outcome, type Outcomes } from "./cells.js";
import type { Client } from "./client.js";
import { livedataClient } from "./clients/livedata.js";
import { installClock } from "./clock.js";
import { brokenPromises, type Figures, type Scenario, type Stage, scenarios } from "./scenarios.js";
import { startServer } from "./simulated-server.js";
import { type Cell, renderTable } from "./table.js";

/** How a token lives with each client: six scenarios in one process, against one simulated server. */

const peers = [
  () => import("./clients/azure-core.js"),
  () => import("./clients/google-auth.js"),
  () => import("./clients/msal-node.js"),
  () => import("./clients/badgateway.js"),
  () => import("./clients/auth0.js"),
  () => import("./clients/openai.js"),
];

const LEGEND: readonly (readonly [string, string])[] = [
  ["cold", "exchanges for 100 concurrent first calls"],
  ["stale", "exchanges when a cached token is revoked, and 100 requests that carry it get their 401s over 0.5 s"],
  ["outage", "token with 60 s left of an hour, token endpoint answers 503, 200 calls: attempts / failed calls"],
  ["ttl60", "exchanges for 50 calls one after the other, with tokens that live 60 s"],
  ["rejected", "token requests sent with wrong credentials, for 50 calls one after the other, within a second"],
  ["leak", "secret (S) or token (T) that `util.inspect` or JSON shows of a client that has made a call"],
];

let unhandled = 0;
process.on("unhandledRejection", () => {
  unhandled++;
});

// Ahead of the clients, which might keep `Date.now` for themselves.
const clock = installClock();
const server = await startServer();
const versions = await readVersions();
const { createLiveData, serviceAccount } = await import("../../dist/esm/index.js");

const ours = livedataClient({ createLiveData, serviceAccount });
const clients = [ours, ...(await Promise.all(peers.map(async (load) => (await load()).client)))];
const rows: Cell[][] = [["", ...LEGEND.map(([name]) => name)].map((text) => ({ text }))];
const missed: string[] = [];
for (const client of clients) {
  const outcomes = await play(client, { server, clock });
  rows.push([{ text: titleOf(client) }, ...cellsOf(outcomes)]);
  if (client === ours) missed.push(...missesOf(outcomes));
}

console.log(`How a token lives: seven clients, one simulated server, Node ${process.version}\n`);
console.log(renderTable(rows));
console.log(`\n${LEGEND.map(([name, meaning]) => `${name.padEnd(9)} ${meaning}`).join("\n")}`);
console.log(`\nHow each was set up, all else as it comes:\n${clients.map(setUpOf).join("\n")}`);
for (const promise of missed) console.error(`\n✗ ${ours.name} breaks a promise: ${promise}`);
// Some clients leave timers behind that would keep the process alive.
process.exit(missed.length > 0 ? 1 : 0);

async function play(client: Client, stage: Stage): Promise<Outcomes> {
  return {
    cold: await outcomeOf(scenarios.cold, client, stage),
    stale: await outcomeOf(scenarios.stale, client, stage),
    outage: await outcomeOf(scenarios.outage, client, stage),
    ttl60: await outcomeOf(scenarios.ttl60, client, stage),
    rejected: await outcomeOf(scenarios.rejected, client, stage),
    leak: await outcomeOf(scenarios.leak, client, stage),
  };
}

/** A client that throws ends its own scenario and no other. */
async function outcomeOf<Figure>(scenario: Scenario<Figure>, client: Client, stage: Stage): Promise<Outcome<Figure>> {
  const before = unhandled;
  try {
    const figure = await scenario(client, stage);
    // What still goes on behind the calls may yet fail.
    await pause(20);
    return { figure, unhandled: unhandled - before };
  } catch (error) {
    return { error, unhandled: unhandled - before };
  }
}

function missesOf(outcomes: Outcomes): string[] {
  const unheard = Object.entries(outcomes).filter(([, outcome]) => outcome.unhandled > 0);
  try {
    return [...brokenPromises(figuresIn(outcomes)), ...unheard.map(([name]) => `${name}: no unhandled rejection`)];
  } catch (error) {
    return [String(error)];
  }
}

/** @throws what the client threw in place of a figure */
function figuresIn({ cold, stale, outage, ttl60, rejected, leak }: Outcomes): Figures {
  return {
    cold: figureOf(cold),
    stale: figureOf(stale),
    outage: figureOf(outage),
    ttl60: figureOf(ttl60),
    rejected: figureOf(rejected),
    leak: figureOf(leak),
  };
}

function figureOf<Figure>({ figure, error }: Outcome<Figure>): Figure {
  if (figure === undefined) throw error;
  return figure;
}

function titleOf({ name }: Client): string {
  return `${name} ${versions[name] ?? ""}`;
}

function setUpOf({ name, setUp }: Client): string {
  const indent = 27;
  return name.padEnd(indent) + wrap(setUp, 120 - indent).join(`\n${" ".repeat(indent)}`);
}

function wrap(text: string, width: number): string[] {
  return text.match(new RegExp(`.{1,${width}}(?: |$)`, "g"))?.map((line) => line.trimEnd()) ?? [];
}

/** As pinned, and as the SDK's own package says. */
async function readVersions(): Promise<Readonly<Record<string, string>>> {
  const read = async (path: string) => JSON.parse(await readFile(new URL(path, import.meta.url), "utf8"));
  const [{ devDependencies }, { name, version }] = await Promise.all([
    read("package.json"),
    read("../../package.json"),
  ]);
  return { ...devDependencies, [name]: version };
}
