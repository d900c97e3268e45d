import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { compiler, compilerVersions } from "../../scripts/compilers.js";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "livedata-declarations-"));
const sdk = join(folder, "node_modules/@livedata/sdk");

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Exports one of everything, and names no type itself. */
const program = `
import * as sdk from "@livedata/sdk";
import { createFakeLiveData } from "@livedata/sdk/testing";

export const account = sdk.serviceAccount({ clientId: "c", clientSecret: "s" });
export const user = sdk.userPassword({ username: "u", password: "p" });
export const key = sdk.apiKey("k");
export const request = account.read();
export const credentials = [account, user, key];
export const tokens = sdk.createTokenSource({ auth: account });
export const token = tokens.token();
export const zone = async (clock: Parameters<Awaited<typeof token>["zone"]>[0]) => (await token).zone(clock);
export const ownFetch = sdk.authFetch(tokens);
export const middleware = sdk.authMiddleware(tokens);
export const livedata = sdk.createLiveData({ orgId: "o_1", auth: account });
export const { people, companies, ledgers, identity } = livedata;
export const use = people.use;
export const search = () => people.POST("/search", { body: {} });
export const page = async () => sdk.unwrap(await people.POST("/search", { body: {} }));
export const person = () => people.GET("/person/{id}", { params: { path: { id: "1" } } });
export const session = () => identity.POST("/session", { body: { grantType: "clientCredentials", clientId: "", clientSecret: "" } });
export const spent = (response: Response) => sdk.credits(response);
export const pages = sdk.paginate(people, {});
export const found = sdk.findMany(people, []);
export const counted = () => sdk.count(people, []);
export const verified = sdk.verifyWebhook;
export const options = (value: sdk.LiveDataOptions) => ({ ...value });
export const urls = ({ baseUrl, baseUrls }: sdk.TokenSourceOptions) => ({ baseUrl, baseUrls });
export const parts = (value: sdk.CallOptions) => ({ ...value });
export const events = (observe: sdk.LiveDataObserver) => observe;
export const failed = (error: unknown) => (sdk.isLiveDataError(error) ? error : undefined);
export const fake = createFakeLiveData();
`;

// As pnpm installs: what the SDK depends on is not in reach of the program.
mkdirSync(sdk, { recursive: true });
cpSync("dist", join(sdk, "dist"), { recursive: true });
cpSync("package.json", join(sdk, "package.json"));
for (const name of Object.keys(JSON.parse(readFileSync("package.json", "utf8")).dependencies)) {
  cpSync(join("node_modules", name), join(sdk, "node_modules", name), { recursive: true });
}
cpSync("node_modules/openapi-typescript-helpers", join(sdk, "node_modules/openapi-typescript-helpers"), {
  recursive: true,
});
writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
writeFileSync(join(folder, "program.ts"), program);
writeFileSync(
  join(folder, "tsconfig.json"),
  JSON.stringify({
    compilerOptions: {
      ...{ target: "es2022", module: "nodenext", strict: true, skipLibCheck: true, types: [], outDir: "out" },
      ...{ declaration: true, lib: ["es2023", "dom", "dom.iterable"] },
    },
    files: ["program.ts"],
  }),
);

test.each(compilerVersions)(
  "[27] TypeScript %s writes the declarations of exported values",
  async (version) => {
    const args = [compiler(version), "--project", join(folder, "tsconfig.json")];
    const output = await run(process.execPath, args).then(
      () => "",
      (error: { stdout?: string }) => error.stdout || String(error),
    );
    expect(output).toBe("");
    const declarations = readFileSync(join(folder, "out/program.d.ts"), "utf8");
    expect(declarations).toContain("sdk.SessionCredentials");
    expect(declarations).toContain("sdk.Middleware");
    expect(declarations).not.toMatch(/openapi-fetch|dist\//);
  },
  120_000,
);
