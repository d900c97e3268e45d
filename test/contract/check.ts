import { existsSync } from "node:fs";
import { inspect } from "node:util";
import type { Service } from "../../src/base-urls.js";
import { checkExchange } from "../../src/drift/check.js";
import {
  contractOf,
  isUnderBase,
  type OperationContract,
  readContracts,
  validateRequest,
  validateResponse,
} from "./contract.js";
import { type Coverage, createCoverageRecorder } from "./coverage.js";
import { meaningExceptionFor, meaningExceptions, sentExceptions, unseen } from "./exceptions.js";
import {
  type Delivered,
  FOLDER_VARIABLE,
  type Handled,
  type RecordedResponse,
  readExchanges,
  type Sent,
} from "./recordings.js";

/** Measures that must be complete. The others are only shown in the table. */
const MUST_BE_COMPLETE: readonly Coverage["measure"][] = ["operations", "parameters", "statuses"];
const MAX_SHOWN = 30;

const folder = process.env[FOLDER_VARIABLE];
if (!folder || !existsSync(folder)) throw new Error(`Set ${FOLDER_VARIABLE} to the folder of a complete test run`);

const contracts = await readContracts();
const recorder = createCoverageRecorder(contracts);
const findings = new Set<string>();
const used = new Set<unknown>();
const counts = { sent: 0, handled: 0, delivered: 0, elsewhere: 0 };

for (const exchange of readExchanges(folder)) {
  if (exchange.kind === "sent") checkSent(exchange);
  else if (exchange.kind === "handled") checkHandled(exchange);
  else checkDelivered(exchange);
}
const coverage = recorder.result();
checkCoverage(coverage);
for (const exception of [...sentExceptions, ...meaningExceptions, ...unseen]) {
  if (!used.has(exception))
    findings.add(`remove this exception, nothing needs it any more: ${inspect(exception, { breakLength: 200 })}`);
}
report(coverage);

/** The SDK must send only documented, valid requests. */
function checkSent({ request, test }: Sent): void {
  const contract = contractOf(contracts, request);
  if (!contract && !isUnderBase(contracts, request.target)) {
    counts.elsewhere++;
    return;
  }
  counts.sent++;
  const operation = contract?.id ?? `${request.method} ${request.target}`;
  const { problems, undocumented } = contract
    ? validateRequest(contract, request)
    : { problems: ["is not documented"], undocumented: [] };
  const all = [...problems, ...undocumented.map((name) => `${name} is not documented`)];
  if (all.length === 0 && contract) recorder.request(contract, request);
  const exceptions = sentExceptions.filter((exception) => exception.test === test && exception.operation === operation);
  for (const problem of all) {
    const exception = exceptions.find((candidate) => candidate.problem.test(problem));
    if (exception) used.add(exception);
    else findings.add(`${operation}: the SDK sent an invalid request: ${problem} (${test})`);
  }
}

/** The fake must return documented responses, and reject exactly the requests that the documents reject. */
function checkHandled({ request, response, test }: Handled): void {
  const contract = contractOf(contracts, request);
  counts.handled++;
  if (!contract) {
    if (![404, 405].includes(response.status)) {
      findings.add(
        `${request.method} ${request.target}: status ${response.status} for an undocumented operation (${test})`,
      );
    }
    return;
  }
  const problems = validateResponse(contract, request.method, response);
  for (const problem of problems) findings.add(`${contract.id} ${response.status}: ${problem} (${test})`);
  if (problems.length === 0) recorder.response(contract, response);
  if (request.method !== "HEAD") checkDrift(contract, response, test);
  checkVerdict(contract, { request, response, test });
}

/** Drift must find nothing in a response of the fake. */
function checkDrift({ id, bundled, method, path }: OperationContract, response: RecordedResponse, test: string): void {
  const observations = checkExchange({
    call: { service: bundled.service as Service, operation: `${method} ${path}` },
    status: response.status,
    headers: new Headers(response.headers),
    bytes: new TextEncoder().encode(response.body),
    request: { baseUrl: "", body: undefined, query: undefined },
  });
  for (const each of observations) {
    if (each.kind === "confirmed") continue;
    findings.add(`${id} ${response.status}: drift found ${each.kind} at "${each.pointer}", ${each.seen} (${test})`);
  }
}

/** The fake must respond 400 if and only if the request is invalid. */
function checkVerdict(contract: OperationContract, { request, response, test }: Omit<Handled, "kind">): void {
  // Authorization comes first, so these statuses say nothing about the request.
  if (contract.isSecured && [401, 403].includes(response.status)) return;
  const { problems } = validateRequest(contract, request);
  if (request.body === undefined && contract.bodies.size > 0 && problems.length === 0) {
    findings.add(`${contract.id}: the fake did not read the body as text (${test})`);
    return;
  }
  if (response.status !== 400) {
    for (const problem of problems)
      findings.add(`${contract.id}: the fake accepted an invalid request: ${problem} (${test})`);
  } else if (problems.length === 0) {
    const exception = meaningExceptionFor(contract.id, response.body);
    if (exception) used.add(exception);
    else findings.add(`${contract.id}: the fake rejected a valid request: ${response.body} (${test})`);
  }
}

/** The fake must deliver webhooks as documented. */
function checkDelivered({ webhook, request, test }: Delivered): void {
  counts.delivered++;
  const contract = contracts.find((candidate) => candidate.isWebhook && candidate.path === webhook);
  if (!contract) {
    findings.add(`${webhook}: the webhook is not documented (${test})`);
    return;
  }
  const { problems } = validateRequest(contract, request);
  for (const problem of problems)
    findings.add(`${contract.id}: the fake delivered an invalid request: ${problem} (${test})`);
  if (problems.length === 0) recorder.request(contract, request);
}

function checkCoverage(coverage: readonly Coverage[]): void {
  for (const { service, measure, missing } of coverage) {
    if (!MUST_BE_COMPLETE.includes(measure)) continue;
    for (const name of missing) {
      const exception = unseen.find((candidate) => candidate.name === name);
      if (exception) used.add(exception);
      else findings.add(`${name}: never seen in a test (${measure} of ${service})`);
    }
  }
}

function report(coverage: readonly Coverage[]): void {
  const measures = [...new Set(coverage.map(({ measure }) => measure))];
  const rows = [...new Set(coverage.map(({ service }) => service))].map((service) => [
    service,
    ...coverage.filter((entry) => entry.service === service).map(fraction),
  ]);
  console.log(table(["seen/documented", ...measures], rows));
  for (const { service, measure, missing } of coverage) {
    if (missing.length === 0) continue;
    console.log(`  ${service}, ${measure} never seen: ${grouped(missing)}`);
  }
  const { sent, handled, delivered, elsewhere } = counts;
  for (const finding of [...findings].slice(0, MAX_SHOWN)) console.error(`✗ ${finding}`);
  if (findings.size > MAX_SHOWN) console.error(`✗ and ${findings.size - MAX_SHOWN} more`);
  if (findings.size > 0) process.exitCode = 1;
  else {
    console.log(
      `✓ ${sent} requests of the SDK, ${handled} responses and ${delivered} webhook deliveries of the fake are as documented ` +
        `(${elsewhere} requests went to other servers)`,
    );
  }
}

/** Groups names by their owner, such as `Contact.{id, name}`. */
function grouped(names: readonly string[]): string {
  const owners = new Map<string, string[]>();
  for (const name of names) {
    const [, owner = "", own = ""] = /^(.*[. ])?(.*)$/.exec(name) ?? [];
    owners.set(owner, [...(owners.get(owner) ?? []), own]);
  }
  return [...owners].map(([owner, own]) => owner + (own.length === 1 ? own : `{${own.join(", ")}}`)).join(", ");
}

function fraction({ documented, missing }: Coverage): string {
  return documented === 0 ? "-" : `${documented - missing.length}/${documented}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
    )
    .map((row) => row.join("  "))
    .join("\n");
}
