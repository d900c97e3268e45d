import { existsSync } from "node:fs";
import fc from "fast-check";
import { createFakeLiveData } from "../../../src/testing/index.js";
import "../../support/fixed-seed.js";
import { contractOf, readContracts, validateRequest } from "../contract.js";
import { bodiesChangedOften, bodiesChangedOnce, requestsChangedAround } from "../mutations.js";
import { FOLDER_VARIABLE, type RecordedRequest, readExchanges } from "../recordings.js";
import { toRequest, type ValidRequest, validRequests } from "../valid-requests.js";
import { documentsVerdict, fakeVerdict, type Verdict } from "../verdicts.js";
import { deviations } from "./deviations.js";
import { install, startSteady } from "./server.js";

const RANDOM_BODIES = 500;
const MAX_SHOWN = 20;

const folder = process.env[FOLDER_VARIABLE];
if (!folder || !existsSync(folder)) throw new Error("No recorded test run found. Run `npm run unit` first");

install();
const contracts = await readContracts();
const fake = createFakeLiveData({ people: 5, strictFields: false });
const steady = await startSteady(contracts);
const findings: string[] = [];
const used = new Set<unknown>();
const counts = { replayed: 0, valid: 0, invalid: 0 };

try {
  await replay(folder);
  for (const valid of validRequests) await compareMutations(valid);
} finally {
  steady.close();
}
for (const { name, reason } of deviations) {
  if (!used.has(name)) findings.push(`remove the deviation ${name}, it no longer occurs: ${reason}`);
}
report();

/** Sends every request of the test run to Steady. Its verdict must be that of the documents. */
async function replay(recorded: string): Promise<void> {
  const requests = new Map<string, RecordedRequest>();
  for (const { kind, request } of readExchanges(recorded)) {
    // Unrecorded bodies cannot be sent again, and HEAD is not documented.
    if (kind === "delivered" || request.body === undefined || request.method === "HEAD") continue;
    const { method, target, headers, body } = request;
    if (contractOf(contracts, request)) {
      requests.set(JSON.stringify([method, target, headers["content-type"], body]), request);
    }
  }
  for (const request of requests.values()) {
    counts.replayed++;
    await compareSteady(request, documentsVerdict(contracts, request));
  }
}

/** Compares the verdicts of the fake, Steady and the documents on a valid request and its mutations. */
async function compareMutations(valid: ValidRequest): Promise<void> {
  const requests = [toRequest(valid), ...requestsChangedAround(valid)];
  if (valid.mediaType !== undefined) {
    requests.push(...bodiesChangedOnce(valid), ...fc.sample(bodiesChangedOften(valid), RANDOM_BODIES));
  }
  for (const request of requests) {
    const documents = documentsVerdict(contracts, request);
    counts[documents.isValid ? "valid" : "invalid"]++;
    const verdict = await fakeVerdict(fake, valid.operation, request);
    if (verdict.isValid !== documents.isValid) addFinding("the fake", request, documents, verdict);
    await compareSteady(request, documents);
  }
}

async function compareSteady(request: RecordedRequest, documents: Verdict): Promise<void> {
  const contract = contractOf(contracts, request);
  if (!contract) return;
  // Steady also reports undocumented parameters.
  const { undocumented } = validateRequest(contract, request);
  const expected = documents.isValid && undocumented.length === 0;
  const verdict = await steady.validate(contract, request);
  const deviation = deviations.find(({ matches }) => matches(request, documents, verdict));
  if (deviation) used.add(deviation.name);
  else if (verdict.isValid !== expected) addFinding("Steady", request, documents, verdict);
}

function addFinding(
  who: string,
  { method, target, headers, body }: RecordedRequest,
  documents: Verdict,
  verdict: Verdict,
) {
  findings.push(
    `${who}: ${format(verdict)}; documents: ${format(documents)}\n    ` +
      `${method} ${target} ${headers["content-type"] ?? ""} ${body ?? ""}`,
  );
}

function format({ isValid, problems }: Verdict): string {
  return isValid ? "valid" : `invalid (${problems.join("; ")})`;
}

function report(): void {
  for (const finding of findings.slice(0, MAX_SHOWN)) console.error(`✗ ${finding}`);
  if (findings.length > MAX_SHOWN) console.error(`✗ and ${findings.length - MAX_SHOWN} more`);
  if (findings.length > 0) {
    process.exitCode = 1;
    return;
  }
  const { replayed, valid, invalid } = counts;
  console.log(`✓ Steady and the documents agree on ${replayed} requests of the test run`);
  console.log(
    `✓ The fake, Steady and the documents agree on ${valid + invalid} changed requests, ${invalid} of them invalid`,
  );
}
