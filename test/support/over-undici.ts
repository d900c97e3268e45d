import { vi } from "vitest";
import type { Network } from "../../src/pipeline/network.js";
import { undiciNetwork } from "../../src/undici/index.js";

// Makes every client of a test send its requests over undici. A test keeps its own network if it passes one (`undefined`
// for `fetch`), and `fetch` if it replaces that.
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
