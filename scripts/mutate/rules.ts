import { authMutations } from "./auth.js";
import { callMutations } from "./calls.js";
import { cliMutations } from "./cli.js";
import { driftMutations } from "./drift.js";
import { enrichMutations } from "./enrich.js";
import { fleetMutations } from "./fleet.js";
import type { Mutation } from "./mutation.js";
import { otelMutations } from "./otel.js";
import { peopleMutations } from "./people.js";
import { pipelineMutations } from "./pipeline.js";
import { queryMutations } from "./query.js";
import { telemetryMutations } from "./telemetry.js";
import { testingMutations } from "./testing.js";

/** All mutations. */
export const mutations: readonly Mutation[] = [
  ...authMutations,
  ...pipelineMutations,
  ...callMutations,
  ...peopleMutations,
  ...queryMutations,
  ...telemetryMutations,
  ...otelMutations,
  ...fleetMutations,
  ...driftMutations,
  ...cliMutations,
  ...enrichMutations,
  ...testingMutations,
];
