import { defineConfig } from "vitest/config";

/** Tests that parse times. They run in three time zones; all others run once, outside UTC. */
const parsesTimes = ["test/times.test.ts", "test/auth/session.test.ts", "test/headers.test.ts"];
const timeZones = ["UTC", "America/Los_Angeles", "Asia/Kolkata"];

const simulation = "test/auth/simulation/**/*.test.ts";
const openapiUpdate = "test/scripts/openapi-update/**/*.test.ts";
const fleetProcesses = "test/fleet/*processes.test.ts";
const mutations = "test/contract/mutations.test.ts";

// A shell may have the variables of a fake, or of a real account.
for (const name of Object.keys(process.env).filter((name) => name.startsWith("LIVEDATA_"))) delete process.env[name];

function project(name: string, include: string[], options: object = {}) {
  return { extends: true as const, test: { name, include, ...options } };
}

export default defineConfig({
  test: {
    // A worker thread cannot change its time zone.
    pool: "forks",
    globalSetup: ["test/contract/empty-folder.ts"],
    setupFiles: ["test/support/fixed-seed.ts", "test/contract/record.ts"],
    // Property tests run into the default of 5 s on a busy machine.
    testTimeout: 30_000,
    projects: [
      project("unit", ["test/*.test.ts", "test/{auth,calls,errors,people,pipeline,query,validate}/**/*.test.ts"], {
        exclude: [simulation, ...parsesTimes],
        env: { TZ: "America/Los_Angeles" },
        unstubEnvs: true,
      }),
      ...timeZones.map((TZ) => project(`unit (${TZ})`, parsesTimes, { env: { TZ } })),
      project("simulation", [simulation]),
      project("documents", ["test/{openapi,scripts}/**/*.test.ts"], {
        exclude: [openapiUpdate],
        testTimeout: 60_000,
      }),
      project("testing", ["test/testing/**/*.test.ts"]),
      project("e2e", ["test/e2e/**/*.test.ts"]),
      // Not recorded: many of its requests are invalid on purpose.
      project("faults", ["test/{faults,otel,undici}/**/*.test.ts"], { env: { EXCHANGES: "" } }),
      // Not recorded: its responses differ from the documents on purpose.
      project("drift", ["test/drift/**/*.test.ts"], { env: { EXCHANGES: "" } }),
      // The same over `@livedata/sdk/undici`. What is apart is not part of `npm test`.
      project("apart: undici", ["test/{e2e,faults}/**/*.test.ts"], {
        env: { EXCHANGES: "" },
        setupFiles: ["test/support/over-undici.ts"],
      }),
      project("fleet", ["test/fleet/**/*.test.ts"], {
        exclude: [fleetProcesses],
        env: { EXCHANGES: "" },
        globalSetup: ["test/fleet/print-servers.ts"],
      }),
      // Apart: twenty processes need a machine to themselves. They have limits of real time, which a busy one may miss.
      project("apart: fleet", [fleetProcesses], {
        env: { EXCHANGES: "" },
        testTimeout: 600_000,
        hookTimeout: 60_000,
        retry: 2,
      }),
      // Apart: needs Chromium.
      project("apart: docs", ["test/docs/**/*.test.ts"], {
        env: { EXCHANGES: "" },
        globalSetup: ["test/docs/write-site.ts"],
        testTimeout: 60_000,
        hookTimeout: 120_000,
      }),
      project("cli", ["test/cli/**/*.test.ts"], {
        env: { EXCHANGES: "" },
        globalSetup: ["test/cli/build.ts"],
        testTimeout: 60_000,
      }),
      project("package", ["test/package/**/*.test.ts"]),
      project("examples", ["examples/**/*.test.ts"], { setupFiles: ["examples/fastify/live-data.setup.ts"] }),
      project("contract", ["test/contract/**/*.test.ts"], { exclude: [mutations] }),
      // Apart: some of its tests run most of the others in a repository of their own.
      project("apart: openapi-update", ["test/openapi-update/**/*.test.ts", openapiUpdate], {
        testTimeout: 600_000,
        hookTimeout: 600_000,
      }),
      // Not recorded: the thousands of requests it sends would make everything look covered.
      project("mutations", [mutations], { testTimeout: 60_000, env: { EXCHANGES: "" } }),
    ],
  },
});
