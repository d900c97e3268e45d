import { createHash } from "node:crypto";
import { API_OPTIONS, type Command, connect, parse, wholeNumber } from "../command-line.js";
import { ArgumentsError, ExitCode, UsageError } from "../errors.js";
import { counted, duration, note, number, print, printable, styled } from "../terminal.js";
import { type Columns, mapColumns } from "./columns.js";
import { Enrichment } from "./enrichment.js";
import { formatOf, scan } from "./input.js";
import { takeLock } from "./lock.js";
import { createWriter } from "./output.js";
import { RunFile, type RunState } from "./run-file.js";

/** `livedata enrich` */
export const enrich: Command = {
  summary: "Look up every row of a CSV or NDJSON file",
  help: `Usage: livedata enrich <input> -o <output> [options]

Looks up the person of every row, in .csv or .ndjson, and writes each row with
who was found, in order. The same command resumes after any interruption;
<output>.run.json keeps its place. Costs one credit for each new person.

  -o, --output FILE  file to write: .csv, .ndjson or .jsonl
  --email COLUMN     columns to look people up by. Without any, headers such as
  --linkedin COLUMN  "Email", "LinkedIn URL", "Name" and "Company" are known.
  --name COLUMN      Give --name twice for a first and a last name. A row is
  --company COLUMN   looked up by email, else LinkedIn, else name and company
  --max-credits N    spend at most this many credits, over all runs
  --json             print the summary as JSON
  --dotenv FILE      read LIVEDATA_* variables from a file`,
  async run(args, signal) {
    const options = {
      ...API_OPTIONS,
      company: { type: "string", multiple: true },
      email: { type: "string", multiple: true },
      json: { type: "boolean" },
      linkedin: { type: "string", multiple: true },
      "max-credits": { type: "string" },
      name: { type: "string", multiple: true },
      output: { type: "string", short: "o" },
    } as const;
    const { values, positionals } = parse(args, options, ["<input>"]);
    const [input = ""] = positionals;
    const { output, email, linkedin, name, company } = values;
    if (!output) throw new ArgumentsError("-o is missing: name the file to write");
    const maxCredits = wholeNumber(values["max-credits"], "max-credits", 0);
    const flags: Columns = {
      ...(email && { email }),
      ...(linkedin && { linkedin }),
      ...(name && { name }),
      ...(company && { company }),
    };
    const { people } = connect(values.dotenv);
    const format = formatOf(output);
    const scanned = await scan(input, signal);
    const columns = mapColumns(scanned.columns, flags, input);
    const writer = createWriter(format, scanned);
    const hash = createHash("sha256").update(JSON.stringify([scanned, columns, format, writer.header]));
    const lock = await takeLock(`${output}.lock`, output);
    try {
      const file = await RunFile.open({ output, lock, of: hash.digest("hex"), header: writer.header });
      try {
        const { state } = file;
        const rows = counted(scanned.rows, "row");
        if (maxCredits !== undefined && maxCredits < state.credits) {
          throw new UsageError(
            `${counted(state.credits, "credit")} are spent for ${output} already. Pass a larger --max-credits`,
          );
        }
        if (state.complete) note(`${output} is complete already`);
        else if (state.rows > 0) note(`Resuming: ${output} has ${number(state.rows)} of ${rows}`);
        else if (process.stderr.isTTY) note(`Looking up ${rows} by ${describeColumns(columns)}`);
        if (maxCredits !== undefined && maxCredits !== state.maxCredits) await file.save({ maxCredits });
        const run = new Enrichment({ input, output, people, scanned, columns, writer, file, signal });
        let isLimited = false;
        try {
          isLimited = !state.complete && (await run.run());
        } catch (error) {
          if (error instanceof UsageError) throw error;
          note(`${output} has ${number(state.rows)} of ${rows}. Run the same command to resume`);
          throw error;
        }
        await summarize(state, { output, total: scanned.rows }, values.json ?? false);
        if (isLimited) {
          note(`Stopped at --max-credits ${state.maxCredits}. Run the same command with a larger one to go on`);
        }
        return isLimited ? ExitCode.credits : ExitCode.ok;
      } finally {
        await file.close();
      }
    } finally {
      await lock.release();
    }
  },
};

/** Such as `email (Work mail), name (First, Last), company (Firm)`. */
function describeColumns(columns: Columns): string {
  return Object.entries(columns)
    .map(([key, names]) => `${key} (${names.map(printable).join(", ")})`)
    .join(", ");
}

async function summarize(
  state: RunState,
  { output, total }: { readonly output: string; readonly total: number },
  isJson: boolean,
): Promise<void> {
  const { rows, found, skipped, credits, complete, duration: ms } = state;
  const notFound = rows - found - skipped;
  if (isJson) {
    const seconds = Math.round(ms / 100) / 10;
    await print(`${JSON.stringify({ output, complete, rows, total, found, notFound, skipped, credits, seconds })}\n`);
    return;
  }
  const share = rows > skipped ? ` (${Math.round((100 * found) / (rows - skipped))} %)` : "";
  const mark = styled(complete ? "green" : "yellow", complete ? "✓" : "!", process.stderr);
  const noKey = skipped > 0 ? `, ${number(skipped)} with nothing to look up` : "";
  note(
    `${mark} ${output}: ${number(rows)} of ${counted(total, "row")}, ${number(found)} found${share}, ` +
      `${number(notFound)} not found${noKey}; ${counted(credits, "credit")}; ${duration(ms / 1_000)}`,
  );
}
