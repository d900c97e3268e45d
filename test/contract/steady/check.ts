import { existsSync } from "node:fs";
import fc from "fast-check";
import { createFakeLiveData } from "../../../src/testing/index.js";
import "../../support/fixed-seed.js";
import { contractOf, judgeRequest, readContracts } from "../contract.js";
import { bodiesChangedOften, bodiesChangedOnce, requestsChangedAround } from "../mutations.js";
import { FOLDER_VARIABLE, type RecordedRequest, readExchanges } from "../recordings.js";
import { type ValidRequest, validRequests, written } from "../valid-requests.js";
import { askDocuments, askKit, type Verdict } from "../verdicts.js";
import { deviations } from "./deviations.js";
import { install, startSteady } from "./server.js";

const BODIES_AT_RANDOM = 500;
const MOST_SHOWN = 20;

const folder = process.env[FOLDER_VARIABLE];
if (!folder || !existsSync(folder)) throw new Error("There is no recorded test run: npm run unit makes one");

install();
const contracts = await readContracts();
const fake = createFakeLiveData({ people: 5 });
const steady = await startSteady(contracts);
const findings: string[] = [];
const used = new Set<unknown>();
const counts = { replayed: 0, valid: 0, invalid: 0 };

try {
  await replay(folder);
  for (const valid of validRequests) await compare(valid);
} finally {
  steady.close();
}
for (const { name, reason } of deviations) {
  if (!used.has(name)) findings.push(`the deviation ${name} is seen no more: ${reason}`);
}
report();

/** Whatever the SDK and the kit were asked in the test run, Steady says of it what the documents say. */
async function replay(recorded: string): Promise<void> {
  const requests = new Map<string, RecordedRequest>();
  for (const { kind, request } of readExchanges(recorded)) {
    // What is not known of a request cannot be sent again, and a HEAD is in no document.
    if (kind === "delivered" || request.body === undefined || request.method === "HEAD") continue;
    const { method, target, headers, body } = request;
    if (contractOf(contracts, request)) {
      requests.set(JSON.stringify([method, target, headers["content-type"], body]), request);
    }
  }
  for (const request of requests.values()) {
    counts.replayed++;
    await hold(request, askDocuments(contracts, request));
  }
}

/** The kit, Steady and the documents say the same of a valid request, and of what chance makes of it. */
async function compare(valid: ValidRequest): Promise<void> {
  const requests = [written(valid), ...requestsChangedAround(valid)];
  if (valid.mediaType !== undefined) {
    requests.push(...bodiesChangedOnce(valid), ...fc.sample(bodiesChangedOften(valid), BODIES_AT_RANDOM));
  }
  for (const request of requests) {
    const documents = askDocuments(contracts, request);
    counts[documents.isValid ? "valid" : "invalid"]++;
    const kit = await askKit(fake, valid.operation, request);
    if (kit.isValid !== documents.isValid) differ("the kit", request, documents, kit);
    await hold(request, documents);
  }
}

async function hold(request: RecordedRequest, documents: Verdict): Promise<void> {
  const contract = contractOf(contracts, request);
  if (!contract) return;
  // Steady speaks up about a parameter that no document knows, too.
  const { surplus } = judgeRequest(contract, request);
  const expected = documents.isValid && surplus.length === 0;
  const said = await steady.ask(contract, request);
  const deviation = deviations.find(({ isIt }) => isIt(request, documents, said));
  if (deviation) used.add(deviation.name);
  else if (said.isValid !== expected) differ("Steady", request, documents, said);
}

function differ(who: string, { method, target, headers, body }: RecordedRequest, documents: Verdict, said: Verdict) {
  findings.push(
    `${who} says ${told(said)}, the documents say ${told(documents)}\n    ` +
      `${method} ${target} ${headers["content-type"] ?? ""} ${body ?? ""}`,
  );
}

function told({ isValid, says }: Verdict): string {
  return isValid ? "valid" : `invalid (${says.join("; ")})`;
}

function report(): void {
  for (const finding of findings.slice(0, MOST_SHOWN)) console.error(`✗ ${finding}`);
  if (findings.length > MOST_SHOWN) console.error(`✗ and ${findings.length - MOST_SHOWN} more`);
  if (findings.length > 0) {
    process.exitCode = 1;
    return;
  }
  const { replayed, valid, invalid } = counts;
  console.log(`✓ Steady says of ${replayed} requests of the test run what the documents say`);
  console.log(`✓ The kit, Steady and Ajv agree on ${valid + invalid} changed requests, ${invalid} of them invalid`);
}
