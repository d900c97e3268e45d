import path from "node:path";
import ts from "typescript";
import { type BrokenFile, breakRule, readSources, StaleMutation } from "./apply.js";
import type { Mutation } from "./mutation.js";

/** What a check of mutations found. */
export interface CheckedMutations {
  readonly broken: readonly BrokenFile[];
  /** Why a mutation does not apply, with the name of its rule. */
  readonly problems: readonly string[];
  /** Which functions have moved. */
  readonly notes: readonly string[];
}

/**
 * Applies each mutation in memory. The broken code must compile, since code that names something that is gone would fail
 * every test and prove nothing.
 *
 * @param folder `src`
 */
export function checkMutations(mutations: readonly Mutation[], folder = "src"): CheckedMutations {
  const sources = readSources(folder);
  const problems: string[] = [];
  const broken: BrokenFile[] = [];
  for (const mutation of mutations) {
    try {
      broken.push(breakRule(mutation, sources));
    } catch (error) {
      if (!(error instanceof StaleMutation)) throw error;
      problems.push(`${mutation.rule}: ${error.message}`);
    }
  }
  const rules = mutations.map(({ rule }) => rule);
  const repeated = rules.filter((rule, index) => rules.indexOf(rule) < index);
  problems.push(...repeated.map((rule) => `${rule}: another rule has the same name`));
  problems.push(...compileProblems(broken, folder));
  const notes = broken
    .filter(({ mutation, file }) => mutation.file !== file)
    .map(
      ({ mutation, file }) => `${mutation.rule}: \`${mutation.in}\` is now in ${file}, no longer in ${mutation.file}`,
    );
  return { broken, problems, notes };
}

/** Compiles all broken files in one program, each beside the file that it was made from. */
function compileProblems(broken: readonly BrokenFile[], folder: string): string[] {
  const texts = new Map(broken.map(({ file, text }, index) => [pathOf(folder, file, index), text]));
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  host.getSourceFile = (name, language) => {
    const text = texts.get(name);
    return text === undefined ? getSourceFile(name, language) : ts.createSourceFile(name, text, language);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return broken.flatMap(({ mutation, file }, index) => {
    const source = program.getSourceFile(pathOf(folder, file, index));
    const syntax = program.getSyntacticDiagnostics(source);
    const [fault] = syntax.length > 0 ? syntax : program.getSemanticDiagnostics(source);
    if (!fault) return [];
    return `${mutation.rule}: does not compile: ${ts.flattenDiagnosticMessageText(fault.messageText, " ")}`;
  });
}

function pathOf(folder: string, file: string, index: number): string {
  return path.posix.join(folder, file.replace(/\.ts$/, `.broken-${index}.ts`));
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile("tsconfig.esm.json", ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ".");
  return { ...options, noEmit: true, noUnusedLocals: false, noUnusedParameters: false };
}
