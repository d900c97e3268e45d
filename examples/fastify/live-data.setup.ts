import { createFakeLiveData } from "@livedata/sdk/testing";

/** Named in the `setupFiles` of vitest: every test of this folder has an API of its own, and none reaches the real one. */
export const fake = createFakeLiveData().install();
