import fc from "fast-check";

// A fixed seed makes a failing property test reproducible. `npm run test:soak` uses random seeds.
const { SEED = "20260115" } = process.env;
if (SEED !== "random") fc.configureGlobal({ seed: Number(SEED) });
