import { createRequire } from "node:module";
import path from "node:path";
import { expect, test } from "vitest";
import { compiler } from "../../scripts/compilers.js";

const program = `
import { count, createLiveData, credits, findMany, type Person, paginate, type SearchRequest, unwrap } from "@livedata/sdk";

const livedata = createLiveData();
const { people, ledgers } = livedata;
const body: SearchRequest = { filters: [] };
export const search = async () => people.search(body);
export const retrieve = async () => people.retrieve("LDP-1-EXAMPLE");
export const contacts = async () => ledgers.listContacts();
export const path = async () => people.POST("/search", { body });
export const data = async () => unwrap(await people.POST("/search", { body }));
export const pages = () => paginate(people, {});
export const found = () => findMany(people, []);
export const counted = () => count(people);
export const spent = (person: Person) => credits(person);
`;
/** The symbols that are hovered, as what stands in the program. */
const symbols = [
  "createLiveData();",
  "people.search(",
  "search(body)",
  "retrieve(",
  "listContacts(",
  "POST(",
  "data = async",
  "paginate(people",
  "findMany(people",
  "Person)",
];

test.each(["5.9", "6.0"] as const)(
  "TypeScript %s shows names, and no conditional type",
  async (version) => {
    const { service, file } = languageService(version);
    const infos = symbols.map((symbol) => ({
      symbol,
      info: service.getQuickInfoAtPosition(file, program.indexOf(symbol)),
    }));
    const textOf = (parts: readonly { text: string }[] = []) => parts.map(({ text }) => text).join("");
    for (const { info } of infos) expect(textOf(info?.displayParts)).not.toMatch(/ extends .* \? |\binfer /);
    const shown = infos.map(({ symbol, info }) =>
      [`## ${symbol}`, ...[info?.displayParts, info?.documentation].map(textOf)].filter(Boolean).join("\n\n"),
    );
    await expect(`${shown.join("\n\n")}\n`).toMatchFileSnapshot("quick-info.md");
  },
  60_000,
);

function languageService(version: "5.9" | "6.0") {
  const ts: typeof import("typescript") = createRequire(import.meta.url)(
    path.resolve(compiler(version), "../../lib/typescript.js"),
  );
  const file = path.resolve("test/package/program.ts");
  const options = { module: ts.ModuleKind.NodeNext, strict: true, types: [], lib: ["lib.es2023.d.ts", "lib.dom.d.ts"] };
  const read = (name: string) => (name === file ? program : ts.sys.readFile(name));
  const service = ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => true,
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => {
      const text = read(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => process.cwd(),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: read,
  });
  return { service, file };
}
