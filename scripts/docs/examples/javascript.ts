import tsBlankSpace from "ts-blank-space";
import ts from "typescript";

/** What an example can import in a browser. */
const MODULES = [
  "@livedata/sdk",
  "@livedata/sdk/query",
  "@livedata/sdk/testing",
  "@livedata/sdk/drift",
  "openapi-fetch",
];

const DELIVER = (handler: string) => `import { createFakeLiveData } from "@livedata/sdk/testing";

const fake = createFakeLiveData();
fake.changeJob("LDP-1-EXAMPLE", { title: "CTO", company: { name: "NVIDIA" } });
const delivery = { url: "/", token: "the token that you chose", fetch: ${handler} };
const { status } = await fake.deliverJobChange("LDP-1-EXAMPLE", delivery);
console.log(status);`;

/** Lines that call what an example only declares, by a text of the example. */
const CALLS: readonly (readonly [text: string, lines: string])[] = [
  ["export async function onJobChange(request", DELIVER("onJobChange")],
  ["export async function jobChanged(request", DELIVER("jobChanged")],
  ["export async function handler({ id }", 'console.log(await handler({ id: "LDP-1-EXAMPLE" }));'],
  [
    "export async function GET(_request",
    `const request = new Request("https://example.com/people/LDP-1-EXAMPLE");
const response = await GET(request, { params: Promise.resolve({ id: "LDP-1-EXAMPLE" }) });
console.log(response.status, await response.json());`,
  ],
  [
    "export const fake = createFakeLiveData().install()",
    `import { createLiveData } from "@livedata/sdk";

const { name } = await createLiveData().people.retrieve("LDP-1-EXAMPLE");
console.log(name, fake.requestsTo("getPerson").length);`,
  ],
  [
    "export async function followJobChanges(store",
    `import { createFakeLiveData } from "@livedata/sdk/testing";

const fake = createFakeLiveData().install();
await createLiveData().ledgers.createContacts([{ name: "Jane Doe", company: "Example Corp" }]);
fake.changeJob("LDP-1-EXAMPLE", { title: "CTO", company: { name: "NVIDIA" } });
const controller = new AbortController();
const store = { load: async () => undefined, save: async () => controller.abort() };
await followJobChanges(store, controller.signal).catch((error) => console.log(error.code));`,
  ],
  [
    "clientSecret: () => vault.read",
    `const { name } = await livedata.people.retrieve("LDP-1-EXAMPLE");
console.log(name);`,
  ],
  ["authFetch(tokens)(", "console.log(response.status, (await response.json()).name);"],
];

/** Whether an example runs with lines of its own, which call what it only declares. */
export function isCalled(code: string): boolean {
  return callOf(code) !== undefined;
}

/** Returns the lines that call what an example only declares, if there are any. */
function callOf(code: string): string | undefined {
  return CALLS.find(([text]) => code.includes(text))?.[1];
}

/**
 * Whether a TypeScript example can run in a browser: it imports only what is there, and does something or has lines here
 * that call it.
 */
export function runnable(code: string): boolean {
  const { importedFiles } = ts.preProcessFile(code);
  if (!importedFiles.every(({ fileName }) => MODULES.includes(fileName))) return false;
  return !/^export\b/m.test(code) || callOf(code) !== undefined;
}

/** Returns an example as JavaScript, as its author would write it, with the lines that call it. */
export function toJavaScript(code: string): string {
  const call = callOf(code);
  const script = withoutTypes(code).trimEnd();
  return `${call === undefined ? script : `${script}\n\n// Added here, to call it.\n${call}`}\n`;
}

/** Removes types. Comments and all other lines stay as they are. */
function withoutTypes(code: string): string {
  const failures: string[] = [];
  const blanked = tsBlankSpace(code, ({ kind }) => failures.push(ts.SyntaxKind[kind]));
  if (failures.length > 0)
    throw new Error(`An example has a ${failures[0]}, which has no place in JavaScript:\n${code}`);
  // It writes a space for each character of a type.
  return blanked
    .replace(/ +/g, (spaces, start: number) => {
      const end = start + spaces.length;
      if (code.slice(start, end) === spaces) return spaces;
      return "(),;".includes(blanked.charAt(end)) ? "" : " ";
    })
    .replaceAll(", }", " }")
    .replace(/ +$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trimStart();
}
