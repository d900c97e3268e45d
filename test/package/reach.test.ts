import { build } from "esbuild";
import { describe, expect, it } from "vitest";

/** The files of this package, and the names of others, that an entry point of the build leads to. */
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

describe.each(["esm", "cjs"])("dist/%s", (format) => {
  it("leads from `.` to nothing of `./testing`, and to openapi-fetch alone", async () => {
    const { files, packages } = await reachedFrom(`dist/${format}/index.js`);
    expect(files).toContain(`dist/${format}/client.js`);
    expect(files.filter((file) => file.includes("/testing/"))).toEqual([]);
    expect(packages).toEqual(["openapi-fetch"]);
  });

  it("leads from `./testing` to no package, and to Node only where it listens", async () => {
    const { packages } = await reachedFrom(`dist/${format}/testing/index.js`);
    expect(packages).toEqual(["node:http"]);
  });
});
