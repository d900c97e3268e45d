import { isBuiltin } from "node:module";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

/** Bundles an entry point. Returns the files of this package and the names of the packages that it imports. */
async function importsOf(entryPoint: string) {
  const { metafile } = await build({
    entryPoints: [entryPoint],
    bundle: true,
    write: false,
    metafile: true,
    platform: "neutral",
    packages: "external",
  });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  return {
    files: Object.keys(metafile.inputs),
    packages: [...new Set(imports.filter(({ external }) => external).map(({ path }) => path))].sort(),
  };
}

describe("entry points", () => {
  it("`.` imports nothing from `./testing` and `./drift`, and no package but openapi-fetch", async () => {
    const { files, packages } = await importsOf("src/index.ts");
    expect(files).toContain("src/client.ts");
    expect(files.filter((file) => /\/(testing|drift|validate)\//.test(file))).toEqual([]);
    expect(packages).toEqual(["openapi-fetch"]);
  });

  it("the command is reached from no entry point, and its file needs no package", async () => {
    for (const name of ["index", "drift", "fleet", "otel", "query", "testing", "undici"]) {
      const { files } = await importsOf(name === "index" ? "src/index.ts" : `src/${name}/index.ts`);
      expect(files.filter((file) => file.startsWith("src/cli/"))).toEqual([]);
    }
    const { packages } = await importsOf("dist/cli/livedata.js");
    expect(packages.filter((name) => !isBuiltin(name))).toEqual([]);
  });

  it("`./testing` imports no package, and only `node:http` from Node", async () => {
    const { packages } = await importsOf("src/testing/index.ts");
    expect(packages).toEqual(["node:http"]);
  });

  it("`./otel` imports the API of OpenTelemetry, and of this package only its version at run time", async () => {
    const { files, packages } = await importsOf("src/otel/index.ts");
    expect(files).toEqual(["src/generated/version.ts", "src/otel/index.ts"]);
    expect(packages).toEqual(["@opentelemetry/api"]);
  });

  it("`./drift` imports no package, and of this package only response schemas, their validator and `safeObserver`", async () => {
    const { files, packages } = await importsOf("src/drift/index.ts");
    expect(files.filter((file) => !file.startsWith("src/drift/"))).toEqual([
      "src/generated/response-schemas.ts",
      "src/validate/validate.ts",
      "src/events.ts",
    ]);
    expect(packages).toEqual([]);
  });

  it("`./fleet` imports no package, and nothing of calls or of the session", async () => {
    const { files, packages } = await importsOf("src/fleet/index.ts");
    const above = files.filter((file) => /\/(auth|calls|people|testing)\//.test(file));
    expect(above).toEqual(["src/auth/clock.ts"]);
    expect(packages).toEqual([]);
  });

  it("`./undici` imports undici and Node, and nothing else of this package at run time", async () => {
    const { files, packages } = await importsOf("src/undici/index.ts");
    expect(files).toEqual(["src/undici/index.ts"]);
    expect(packages).toEqual(["node:stream", "node:zlib", "undici"]);
  });

  it("`./query` imports no package, and nothing from the rest of `src`", async () => {
    const { files, packages } = await importsOf("src/query/index.ts");
    expect(files.filter((file) => !file.startsWith("src/query/"))).toEqual([]);
    expect(packages).toEqual([]);
  });

  it.each(["esm", "cjs"])(
    "each entry point in dist/%s is one file with the same package imports as in `src`",
    async (format) => {
      expect(await importsOf(`dist/${format}/index.js`)).toEqual({
        files: [`dist/${format}/index.js`],
        packages: ["openapi-fetch"],
      });
      expect(await importsOf(`dist/${format}/drift/index.js`)).toEqual({
        files: [`dist/${format}/drift/index.js`],
        packages: [],
      });
      expect(await importsOf(`dist/${format}/otel/index.js`)).toEqual({
        files: [`dist/${format}/otel/index.js`],
        packages: ["@opentelemetry/api"],
      });
      expect(await importsOf(`dist/${format}/query/index.js`)).toEqual({
        files: [`dist/${format}/query/index.js`],
        packages: [],
      });
      expect(await importsOf(`dist/${format}/testing/index.js`)).toEqual({
        files: [`dist/${format}/testing/index.js`],
        packages: ["node:http"],
      });
      expect(await importsOf(`dist/${format}/undici/index.js`)).toEqual({
        files: [`dist/${format}/undici/index.js`],
        packages: ["node:stream", "node:zlib", "undici"],
      });
    },
  );
});
