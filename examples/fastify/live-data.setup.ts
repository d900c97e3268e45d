import { createFakeLiveData } from "@livedata/sdk/testing";

/** A vitest setup file: each test file in this folder gets its own fake, and none calls the real one. */
export const fake = createFakeLiveData().install();
