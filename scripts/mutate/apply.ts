import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import type { Mutation } from "./mutation.js";

/** The parsed files of `src`, by their path from there. */
export type Sources = ReadonlyMap<string, ts.SourceFile>;

/** A file with one rule broken. */
export interface BrokenFile {
  readonly mutation: Mutation;
  /** The file, from `src`. Another one than the mutation's if the function has moved. */
  readonly file: string;
  readonly text: string;
}

/** Says why a mutation no longer applies. */
export class StaleMutation extends Error {}

/** Reads all files of `src`. */
export function readSources(folder: string): Sources {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  return new Map(
    files.map((name) => {
      const file = name.split(path.sep).join("/");
      return [file, parse(file, readFileSync(path.join(folder, name), "utf8"))];
    }),
  );
}

/** Parses a file. */
export function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

/**
 * Applies a mutation. A function that has moved to another file is found there, if only one file has it.
 *
 * @throws StaleMutation if it does not apply to exactly one place
 */
export function breakRule(mutation: Mutation, sources: Sources): BrokenFile {
  const { in: name, find, replace } = mutation;
  const file = fileOf(mutation, sources);
  const source = sources.get(file);
  const matches = (source ? declarationsOf(name, source) : []).flatMap((node) => findIn(node, find));
  const [match] = matches;
  if (!source || !match) throw new StaleMutation(`\`${name}\` in ${file} no longer has: ${find}`);
  if (matches.length > 1) throw new StaleMutation(`\`${name}\` in ${file} has ${matches.length} times: ${find}`);
  const text = source.text.slice(0, match.start) + replace + source.text.slice(match.end);
  if (text === source.text) throw new StaleMutation("it changes nothing");
  return { mutation, file, text };
}

function fileOf({ file, in: name }: Mutation, sources: Sources): string {
  const source = sources.get(file);
  if (source && declarationsOf(name, source).length > 0) return file;
  const gone = source ? `${file} has no \`${name}\`` : `src has no ${file}`;
  const others = [...sources].filter(([, other]) => declarationsOf(name, other).length > 0).map(([other]) => other);
  const [moved] = others;
  if (!moved) throw new StaleMutation(`${gone}, and no other file has one by that name`);
  if (others.length > 1) throw new StaleMutation(`${gone}; several others do: ${others.join(", ")}`);
  return moved;
}

/** The declarations of a name at the top level of a file, or in a class. Overloads and accessors have several. */
function declarationsOf(name: string, source: ts.SourceFile): ts.Node[] {
  const [outer = "", member] = name.split(".");
  const declarations = source.statements
    .flatMap((statement): ts.Node[] =>
      ts.isVariableStatement(statement) ? [...statement.declarationList.declarations] : [statement],
    )
    .filter((node) => nameOf(node) === outer);
  if (member === undefined) return declarations;
  return declarations
    .filter(ts.isClassDeclaration)
    .flatMap(({ members }) => members.filter((node) => nameOf(node) === member));
}

function nameOf(node: ts.Node): string | undefined {
  if (ts.isConstructorDeclaration(node)) return "constructor";
  return ts.getNameOfDeclaration(node as ts.Declaration)?.getText();
}

interface Match {
  readonly start: number;
  readonly end: number;
}

/** Finds code in a node, without its docs, whatever the white space. */
function findIn(node: ts.Node, find: string): Match[] {
  return [...node.getText().matchAll(patternOf(find))].map(({ 0: text, index }) => {
    const start = node.getStart() + index;
    return { start, end: start + text.length };
  });
}

/** Matches code with any white space between its words and signs. */
function patternOf(code: string): RegExp {
  const tokens = code.match(/\w+|[^\w\s]/g) ?? [];
  const parts = tokens.map((token, index) => {
    const isWord = /\w/.test(token);
    const gap = isWord && /\w/.test(tokens[index - 1] ?? "") ? "\\s+" : "\\s*";
    return (index === 0 ? "" : gap) + (isWord ? token : `\\${token}`);
  });
  return new RegExp(parts.join(""), "g");
}
