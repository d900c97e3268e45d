import { vi } from "vitest";
import type { Network } from "../../src/pipeline/network.js";
import { undiciNetwork } from "../../src/undici/index.js";

/** Makes every client of a test send its requests over undici, unless the test names a network of its own (`undefined` for
 * `fetch`) or replaced `fetch`. */
const { fetch } = globalThis;
const overUndici = undiciNetwork();
const network: Network = (url, init) =>
  globalThis.fetch === fetch ? overUndici(url, init) : (globalThis.fetch(url, init as RequestInit) as never);

vi.mock(import("../../src/client.js"), async (importOriginal) => {
  const { createLiveData } = await importOriginal();
  return {
    createLiveData: (options = {}) =>
      createLiveData(
        options.fetch || "network" in options || options.requestInitExt ? options : { ...options, network },
      ),
  };
});
