import { existsSync } from "node:fs";
import { inspect } from "node:util";
import {
  contractOf,
  isUnderBase,
  judgeRequest,
  judgeResponse,
  type OperationContract,
  readContracts,
} from "./contract.js";
import { type Coverage, openCoverageBook } from "./coverage.js";
import { meaningExceptions, refusedForItsMeaning, sentExceptions, unseen } from "./exceptions.js";
import { type Answered, type Delivered, FOLDER_VARIABLE, readExchanges, type Sent } from "./recordings.js";

/** What must be seen whole; what else the table shows, it only shows. */
const HELD_TO_ALL: readonly Coverage["measure"][] = ["operations", "parameters", "statuses"];
const MOST_SHOWN = 30;

const folder = process.env[FOLDER_VARIABLE];
if (!folder || !existsSync(folder)) throw new Error(`${FOLDER_VARIABLE} must name the folder of a whole test run`);

const contracts = await readContracts();
const book = openCoverageBook(contracts);
const findings = new Set<string>();
const used = new Set<unknown>();
const counts = { sent: 0, answered: 0, delivered: 0, elsewhere: 0 };

for (const exchange of readExchanges(folder)) {
  if (exchange.kind === "sent") checkSent(exchange);
  else if (exchange.kind === "answered") checkAnswered(exchange);
  else checkDelivered(exchange);
}
const coverage = book.result();
checkCoverage(coverage);
for (const exception of [...sentExceptions, ...meaningExceptions, ...unseen]) {
  if (!used.has(exception)) findings.add(`an exception is needed no more: ${inspect(exception, { breakLength: 200 })}`);
}
report(coverage);

/** The SDK sends what the documents know, and nothing else. */
function checkSent({ request, test }: Sent): void {
  const contract = contractOf(contracts, request);
  if (!contract && !isUnderBase(contracts, request.target)) {
    counts.elsewhere++;
    return;
  }
  counts.sent++;
  const operation = contract?.id ?? `${request.method} ${request.target}`;
  const { problems, surplus } = contract
    ? judgeRequest(contract, request)
    : { problems: ["is not documented"], surplus: [] };
  const all = [...problems, ...surplus.map((name) => `${name} is not documented`)];
  if (all.length === 0 && contract) book.request(contract, request);
  const exceptions = sentExceptions.filter((exception) => exception.test === test && exception.operation === operation);
  for (const problem of all) {
    const exception = exceptions.find((candidate) => candidate.problem.test(problem));
    if (exception) used.add(exception);
    else findings.add(`${operation}: the SDK sent what is refused: ${problem} (${test})`);
  }
}

/** The kit answers as documented, and refuses what the documents refuse. */
function checkAnswered({ request, response, test }: Answered): void {
  const contract = contractOf(contracts, request);
  counts.answered++;
  if (!contract) {
    if (![404, 405].includes(response.status)) {
      findings.add(`${request.method} ${request.target}: ${response.status} though there is no such thing (${test})`);
    }
    return;
  }
  const problems = judgeResponse(contract, request.method, response);
  for (const problem of problems) findings.add(`${contract.id} ${response.status}: ${problem} (${test})`);
  if (problems.length === 0) book.response(contract, response);
  checkVerdict(contract, { request, response, test });
}

/** 400 if and only if the request is invalid. */
function checkVerdict(contract: OperationContract, { request, response, test }: Omit<Answered, "kind">): void {
  // Who may not come in is told so, whatever the request is.
  if (contract.isSecured && [401, 403].includes(response.status)) return;
  const { problems } = judgeRequest(contract, request);
  if (request.body === undefined && contract.bodies.size > 0 && problems.length === 0) {
    findings.add(`${contract.id}: the kit did not read the body as a text (${test})`);
    return;
  }
  if (response.status !== 400) {
    for (const problem of problems) findings.add(`${contract.id}: the kit took what is refused: ${problem} (${test})`);
  } else if (problems.length === 0) {
    const exception = refusedForItsMeaning(contract.id, response.body);
    if (exception) used.add(exception);
    else findings.add(`${contract.id}: the kit refused what is valid: ${response.body} (${test})`);
  }
}

/** What the kit delivers is what the webhook's document says. */
function checkDelivered({ webhook, request, test }: Delivered): void {
  counts.delivered++;
  const contract = contracts.find((candidate) => candidate.isWebhook && candidate.path === webhook);
  if (!contract) {
    findings.add(`${webhook}: there is no such webhook (${test})`);
    return;
  }
  const { problems } = judgeRequest(contract, request);
  for (const problem of problems)
    findings.add(`${contract.id}: the kit delivered what is refused: ${problem} (${test})`);
  if (problems.length === 0) book.request(contract, request);
}

function checkCoverage(coverage: readonly Coverage[]): void {
  for (const { service, measure, missing } of coverage) {
    if (!HELD_TO_ALL.includes(measure)) continue;
    for (const name of missing) {
      const exception = unseen.find((candidate) => candidate.name === name);
      if (exception) used.add(exception);
      else findings.add(`${name}: never seen, of the ${measure} of ${service}`);
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
    console.log(`  never seen of the ${measure} of ${service}: ${grouped(missing)}`);
  }
  const { sent, answered, delivered, elsewhere } = counts;
  for (const finding of [...findings].slice(0, MOST_SHOWN)) console.error(`✗ ${finding}`);
  if (findings.size > MOST_SHOWN) console.error(`✗ and ${findings.size - MOST_SHOWN} more`);
  if (findings.size > 0) process.exitCode = 1;
  else {
    console.log(
      `✓ ${sent} requests of the SDK, ${answered} answers and ${delivered} deliveries of the kit are as documented ` +
        `(${elsewhere} requests went elsewhere)`,
    );
  }
}

/** Names of one owner together, `Contact.{id, name}`. */
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
