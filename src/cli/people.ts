import { addAbortSignal } from "node:stream";
import { text } from "node:stream/consumers";
import { requestSchemas } from "../generated/request-schemas.js";
import { type Company, count, type LiveData, type Match, type Person, paginate, type SearchRequest } from "../index.js";
import * as q from "../query/index.js";
import { findProblem } from "../testing/validate.js";
import { API_OPTIONS, type Command, Cost, connect, parse, readText, wholeNumber } from "./command-line.js";
import { ArgumentsError, ExitCode, UsageError } from "./errors.js";
import { note, number, print, printable, styled, Table } from "./terminal.js";

const OUTPUT_OPTIONS = { ...API_OPTIONS, json: { type: "boolean" } } as const;

/** How many people a search returns that does not say: what the API would return is not known, and costs a credit each. */
const DEFAULT_SIZE = 10;

/** `livedata search` */
export const search: Command = {
  summary: "Search people with a request from a file",
  help: `Usage: livedata search <request.json | -> [options]

Searches people. The file has the body of a search, such as
{ "filters": [{ "operator": "and", "isJobsGroup": true, "filters": [
  { "field": "jobs.title", "type": "must", "match_type": "fuzzy",
    "string_values": ["Engineer"] }] }] }
"-" reads it from standard input. Costs one credit for each new person.

  --size N         people to return, on each page (default: the file's, or ${DEFAULT_SIZE})
  --all            read all pages; needs --limit or --max-credits
  --limit N        with --all: at most this many people
  --max-credits N  spend at most this many credits
  --json           JSON, also on a terminal; with --all one person per line
  --dotenv FILE    read LIVEDATA_* variables from a file`,
  async run(args, signal) {
    const options = {
      ...OUTPUT_OPTIONS,
      all: { type: "boolean" },
      limit: { type: "string" },
      "max-credits": { type: "string" },
      size: { type: "string" },
    } as const;
    const { values, positionals } = parse(args, options, ["<request.json | ->"]);
    const limit = wholeNumber(values.limit, "limit", 1);
    const size = wholeNumber(values.size, "size", 1);
    const maxCredits = wholeNumber(values["max-credits"], "max-credits", 0);
    if (limit !== undefined && !values.all) throw new ArgumentsError("--limit needs --all. For one page, pass --size");
    if (values.all && limit === undefined && maxCredits === undefined) {
      throw new ArgumentsError("--all costs a credit for each new person. Add --limit or --max-credits");
    }
    const request = await readRequest(positionals[0] ?? "", signal);
    return withCost(values.dotenv, async (livedata) => {
      const isJson = values.json ?? !process.stdout.isTTY;
      if (values.all) {
        const { size: pageSize = size, ...rest } = { ...request, ...(size && { size }) };
        return searchAll(paginate(livedata.people, rest, { pageSize, limit, maxCredits, signal }), isJson);
      }
      const body = { size: DEFAULT_SIZE, ...request, ...(size && { size }) };
      const page = await livedata.people.search(body, { maxCredits, signal });
      if (isJson) await print(`${JSON.stringify(page, null, 2)}\n`);
      else
        await print(`${peopleTable().lines(page.people.map(rowOf))}${page.people.length} of ${number(page.count)}\n`);
      return ExitCode.ok;
    });
  },
};

/** `livedata count` */
export const countCommand: Command = {
  summary: "Count who matches a search, for free",
  help: `Usage: livedata count <request.json | -> [options]

Prints how many people match the "filters" of a search. Free. "-" reads the
request from standard input.

  --json           { "count": … } instead of the number
  --dotenv FILE    read LIVEDATA_* variables from a file`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OUTPUT_OPTIONS, ["<request.json | ->"]);
    const { filters } = await readRequest(positionals[0] ?? "", signal);
    return withCost(values.dotenv, async (livedata) => {
      const matching = await count(livedata.people, filters, { signal });
      await print(values.json ? `${JSON.stringify({ count: matching })}\n` : `${matching}\n`);
      return ExitCode.ok;
    });
  },
};

/** `livedata find` */
export const find: Command = {
  summary: "Find a person by email, LinkedIn, or name and company",
  help: `Usage: livedata find --email ADDRESS [options]
       livedata find --linkedin SLUG_OR_URL
       livedata find --name NAME --company NAME

Finds a person by what is known of them. Costs one credit for each new person.

  --email ADDRESS  an email address
  --linkedin SLUG  a LinkedIn profile: the slug, or the URL
  --name NAME      the full name
  --company NAME   the name of their company
  --size N         people to return at most (default: 1)
  --max-credits N  spend at most this many credits
  --json           JSON, also on a terminal
  --dotenv FILE    read LIVEDATA_* variables from a file`,
  async run(args, signal) {
    const options = {
      ...OUTPUT_OPTIONS,
      company: { type: "string" },
      email: { type: "string" },
      linkedin: { type: "string" },
      "max-credits": { type: "string" },
      name: { type: "string" },
      size: { type: "string" },
    } as const;
    const { values } = parse(args, options);
    const { email, linkedin, name, company } = values;
    if (!email && !linkedin && !(name && company)) {
      throw new ArgumentsError("Pass --email, --linkedin, or --name and --company");
    }
    const match = matchOf({ email, linkedin, name, company });
    const size = wholeNumber(values.size, "size", 1) ?? 1;
    const maxCredits = wholeNumber(values["max-credits"], "max-credits", 0);
    return withCost(values.dotenv, async (livedata) => {
      const { matches } = await livedata.people.find({ size, matches: [match] }, { maxCredits, signal });
      const people = matches[0]?.people ?? [];
      if (values.json ?? !process.stdout.isTTY) await print(`${JSON.stringify(people, null, 2)}\n`);
      else await print(people.length > 0 ? peopleTable().lines(people.map(rowOf)) : "Nobody found\n");
      return ExitCode.ok;
    });
  },
};

/** `livedata company` */
export const company: Command = {
  summary: "Look up a company by domain, id or LinkedIn slug",
  help: `Usage: livedata company <lookup> [options]

Looks up a company, such as nvidia.com. What it costs is not documented.

  --json           JSON, also on a terminal
  --dotenv FILE    read LIVEDATA_* variables from a file`,
  run: (args, signal) =>
    showRecord(args, "<lookup>", (livedata, lookup) => livedata.companies.retrieve(lookup, { signal })),
};

/** `livedata person` */
export const person: Command = {
  summary: "Look up a person by id",
  help: `Usage: livedata person <id> [options]

Looks up a person by id, such as LDP-1-EXAMPLE. Costs one credit if new.

  --json           JSON, also on a terminal
  --dotenv FILE    read LIVEDATA_* variables from a file`,
  run: (args, signal) => showRecord(args, "<id>", (livedata, id) => livedata.people.retrieve(id, { signal })),
};

/** @throws ArgumentsError for a LinkedIn URL that is no profile */
function matchOf(facts: { readonly [Name in keyof q.PersonFacts]: string | undefined }): Match {
  try {
    return q.person(facts as q.PersonKey);
  } catch {
    throw new ArgumentsError("--linkedin must be a profile: the slug, or a URL with linkedin.com/in/");
  }
}

async function withCost(
  envFile: string | undefined,
  run: (livedata: LiveData) => Promise<ExitCode>,
): Promise<ExitCode> {
  const cost = new Cost();
  const livedata = connect(envFile, cost.observe);
  try {
    return await run(livedata);
  } finally {
    cost.report();
  }
}

async function searchAll(people: ReturnType<typeof paginate>, isJson: boolean): Promise<ExitCode> {
  const table = peopleTable();
  for await (const page of people.pages()) {
    const lines = page.people.map((person) => `${JSON.stringify(person)}\n`);
    await print(isJson ? lines.join("") : table.lines(page.people.map(rowOf)));
  }
  if (people.stoppedBy !== "max_credits") return ExitCode.ok;
  note("Stopped at --max-credits");
  return ExitCode.credits;
}

async function showRecord(
  args: string[],
  name: string,
  retrieve: (livedata: LiveData, id: string) => Promise<Company | Person>,
): Promise<ExitCode> {
  const { values, positionals } = parse(args, OUTPUT_OPTIONS, [name]);
  return withCost(values.dotenv, async (livedata) => {
    const record = await retrieve(livedata, positionals[0] ?? "");
    const isJson = values.json ?? !process.stdout.isTTY;
    await print(isJson ? `${JSON.stringify(record, null, 2)}\n` : describe(record));
    return ExitCode.ok;
  });
}

/** The members of a record, one per line, and the jobs of a person as a table. */
function describe(record: Company | Person): string {
  const members = Object.entries(record).filter(([, value]) => ["string", "number", "boolean"].includes(typeof value));
  const width = Math.max(...members.map(([name]) => name.length));
  const lines = members.map(
    ([name, value]) => `${styled("dim", name.padEnd(width), process.stdout)}  ${printable(String(value))}\n`,
  );
  const jobs = "jobs" in record ? (record.jobs ?? []) : [];
  const rows = jobs.map(({ title, company, started_at, ended_at }) => [
    title,
    company?.name,
    started_at?.slice(0, 10),
    ended_at?.slice(0, 10),
  ]);
  return lines.join("") + (rows.length > 0 ? `\n${new Table(["JOB", "COMPANY", "FROM", "TO"]).lines(rows)}` : "");
}

function peopleTable(): Table {
  return new Table(["NAME", "TITLE", "COMPANY", "LOCATION", "ID"]);
}

function rowOf({ name, position, location, id }: Person): (string | null | undefined)[] {
  return [name, position?.title, position?.company?.name, location, id];
}

/**
 * Reads a search from a file. It is checked before anything is sent: the API ignores what it does not know, and a search
 * without its filters costs credits.
 *
 * @throws UsageError that names the place
 */
async function readRequest(file: string, signal: AbortSignal): Promise<SearchRequest> {
  const source = file === "-" ? "Standard input" : file;
  const body = parseJson(file === "-" ? await text(addAbortSignal(signal, process.stdin)) : readText(file), source);
  const problem = findProblem(requestSchemas.searchPeople["application/json"] ?? true, body);
  if (problem !== undefined) throw new UsageError(`${source}: ${problem}`);
  return body as SearchRequest;
}

/** @throws UsageError with the place, not with the text: it may have people's data */
function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (text.trim() === "") throw new UsageError(`${source} is empty`);
    const [, position] = /position (\d+)/.exec(String(error)) ?? [];
    const before = position === undefined ? [] : text.slice(0, Number(position)).split("\n");
    const place = `, line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw new UsageError(`${source} is not JSON${before.length > 0 ? place : ""}`);
  }
}
