import fc from "fast-check";

// A check that fails must fail again when it is looked into; `npm run test:soak` goes by chance.
const { SEED = "20260115" } = process.env;
if (SEED !== "random") fc.configureGlobal({ seed: Number(SEED) });
