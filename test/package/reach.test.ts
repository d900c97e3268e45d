import { build } from "esbuild";
import { describe, expect, it } from "vitest";

/** The files of this package, and the names of others, that an entry point leads to. */
async function reachedFrom(entryPoint: string) {
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

describe("an entry point", () => {
  it("`.` leads to nothing of `./testing`, and to openapi-fetch alone", async () => {
    const { files, packages } = await reachedFrom("src/index.ts");
    expect(files).toContain("src/client.ts");
    expect(files.filter((file) => file.includes("/testing/"))).toEqual([]);
    expect(packages).toEqual(["openapi-fetch"]);
  });

  it("`./testing` leads to no package, and to Node only where it listens", async () => {
    const { packages } = await reachedFrom("src/testing/index.ts");
    expect(packages).toEqual(["node:http"]);
  });

  it.each(["esm", "cjs"])("of dist/%s has its code in one file, and imports what `src` does", async (format) => {
    expect(await reachedFrom(`dist/${format}/index.js`)).toEqual({
      files: [`dist/${format}/index.js`],
      packages: ["openapi-fetch"],
    });
    expect(await reachedFrom(`dist/${format}/testing/index.js`)).toEqual({
      files: [`dist/${format}/testing/index.js`],
      packages: ["node:http"],
    });
  });
});
