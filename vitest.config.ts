import { defineConfig } from "vitest/config";

/** A time without a zone read as local shows only where local is not UTC. */
const timeZones = ["UTC", "America/Los_Angeles", "Asia/Kolkata"];

const unitFolders = "{auth,errors,http,transport}";

export default defineConfig({
  test: {
    // A worker thread cannot change its time zone.
    pool: "forks",
    projects: [
      ...timeZones.map((TZ) => ({
        extends: true as const,
        test: {
          name: `unit (${TZ})`,
          include: ["test/*.test.ts", `test/${unitFolders}/**/*.test.ts`],
          env: { TZ },
          unstubEnvs: true,
        },
      })),
      {
        extends: true as const,
        test: { name: "documents", include: ["test/{openapi,scripts}/**/*.test.ts"], testTimeout: 60_000 },
      },
      { extends: true as const, test: { name: "testing", include: ["test/testing/**/*.test.ts"] } },
      { extends: true as const, test: { name: "e2e", include: ["test/e2e/**/*.test.ts"] } },
    ],
  },
});
