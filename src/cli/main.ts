#!/usr/bin/env node
import { VERSION } from "../generated/version.js";
import type { Command } from "./command-line.js";
import { doctor } from "./doctor.js";
import { enrich } from "./enrich/index.js";
import { ArgumentsError, ExitCode, exitCodeOf, explain } from "./errors.js";
import { fake } from "./fake.js";
import { company, countCommand, find, person, search } from "./people.js";
import { note, print, styled } from "./terminal.js";

/** The command `livedata`. */
const commands: Readonly<Record<string, Command>> = {
  doctor,
  fake,
  search,
  count: countCommand,
  find,
  company,
  person,
  enrich,
};

const HELP = `Usage: livedata <command> [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(8)}  ${summary}`)
  .join("\n")}

livedata <command> --help shows the options of a command. Credentials come
from LIVEDATA_* variables, or from a file with --dotenv, never from options.

Exit codes: 0 ok, 1 failed, 2 wrong usage or configuration, 3 credentials
refused, 4 out of credits, 5 rate limited, 130 stopped by ctrl-C.`;

/** @returns the exit code */
async function main([name, ...args]: string[], signal: AbortSignal): Promise<number> {
  if (name === "--version" || name === "-v") return show(VERSION);
  if (name === "--help" || name === "-h" || name === "help") return show(HELP);
  const command = isCommand(name) ? commands[name] : undefined;
  if (!command) {
    const problem = name === undefined ? "A command is missing" : "No such command";
    throw new ArgumentsError(`${problem}. Use one of ${Object.keys(commands).join(", ")}, or --help`);
  }
  const end = args.indexOf("--");
  const flags = end < 0 ? args : args.slice(0, end);
  if (flags.includes("--help") || flags.includes("-h")) return show(command.help);
  return command.run(args, signal);
}

function isCommand(name: string | undefined): name is string {
  return name !== undefined && Object.hasOwn(commands, name);
}

async function show(text: string): Promise<number> {
  await print(`${text}\n`);
  return ExitCode.ok;
}

// `print` reports an error of standard output. One of standard error changes no exit code.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

const interrupted = new AbortController();
// The second ctrl-C ends the process at once.
process.once("SIGINT", () => interrupted.abort());

const [, , ...argv] = process.argv;
try {
  process.exitCode = await main(argv, interrupted.signal);
} catch (error) {
  if (isPipeClosed(error)) process.exitCode = ExitCode.ok;
  else report(error);
}

/** Whether a reader of standard output, such as `head`, has seen enough. */
function isPipeClosed(error: unknown): boolean {
  return Object(error).code === "EPIPE";
}

function report(error: unknown): void {
  const hint = error instanceof ArgumentsError && isCommand(argv[0]) ? `. See livedata ${argv[0]} --help` : "";
  process.exitCode = interrupted.signal.aborted ? ExitCode.interrupted : exitCodeOf(error);
  note(`${styled("red", "livedata:", process.stderr)} ${explain(error, argv[0] !== "enrich")}${hint}`);
}
