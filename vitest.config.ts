import { defineConfig } from "vitest/config";

/** A time without a zone read as local shows only where local is not UTC. */
const timeZones = ["UTC", "America/Los_Angeles", "Asia/Kolkata"];

const simulation = "test/auth/simulation/**/*.test.ts";
const openapiUpdate = "test/scripts/openapi-update/**/*.test.ts";
const mutations = "test/contract/mutations.test.ts";

function project(name: string, include: string[], options: object = {}) {
  return { extends: true as const, test: { name, include, ...options } };
}

export default defineConfig({
  test: {
    // A worker thread cannot change its time zone.
    pool: "forks",
    globalSetup: ["test/contract/empty-folder.ts"],
    setupFiles: ["test/support/fixed-seed.ts", "test/contract/record.ts"],
    projects: [
      ...timeZones.map((TZ) =>
        project(`unit (${TZ})`, ["test/*.test.ts", "test/{auth,calls,errors,people,pipeline}/**/*.test.ts"], {
          exclude: [simulation],
          env: { TZ },
          unstubEnvs: true,
        }),
      ),
      project("simulation", [simulation]),
      project("documents", ["test/{openapi,scripts}/**/*.test.ts"], {
        exclude: [openapiUpdate],
        testTimeout: 60_000,
      }),
      project("testing", ["test/testing/**/*.test.ts"]),
      project("e2e", ["test/e2e/**/*.test.ts"]),
      project("package", ["test/package/**/*.test.ts"]),
      project("examples", ["examples/**/*.test.ts"], { setupFiles: ["examples/fastify/live-data.setup.ts"] }),
      project("contract", ["test/contract/**/*.test.ts"], { exclude: [mutations] }),
      // Not with the others, most of which some of its tests run in a repository of their own.
      project("openapi-update", ["test/openapi-update/**/*.test.ts", openapiUpdate], {
        testTimeout: 600_000,
        hookTimeout: 600_000,
      }),
      // What it sends by the thousand would make everything look covered.
      project("mutations", [mutations], { testTimeout: 60_000, env: { EXCHANGES: "" } }),
    ],
  },
});
