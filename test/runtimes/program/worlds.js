import { createFakeLiveData } from "@livedata/sdk/testing";
import { advanceClock } from "./clock.js";
import { control } from "./control.js";

/**
 * A fake, with the options to reach it.
 *
 * @typedef {object} Api
 * @property {{ fetch?: any, baseUrl?: string }} reach options for `createLiveData`
 * @property {(path: string, ...args: unknown[]) => Promise<any>} control accesses a member of the API, see control.js
 * @property {(ms: number) => Promise<void>} advanceClock sets the clocks here and of the API ahead of the real time, by ms
 * @property {() => Promise<void>} close
 */

/**
 * A place where fakes run.
 *
 * @typedef {object} World
 * @property {boolean} isInMemory
 * @property {(options: object) => Promise<Api>} open
 */

/** @type {World} */
export const inMemory = {
  isInMemory: true,
  async open(options) {
    const fake = createFakeLiveData(options);
    return {
      reach: { fetch: fake.fetch },
      control: async (path, ...args) => control(fake, path, args),
      advanceClock: async (ms) => advanceClock(ms),
      close: () => fake.close(),
    };
  },
};

/**
 * Fakes that listen in another process, called with the `fetch` of the platform.
 *
 * @param {string} controlUrl control server that opens and controls them
 * @returns {World}
 */
export function overSockets(controlUrl) {
  /** @param {object} message */
  async function ask(message) {
    const response = await fetch(controlUrl, { method: "POST", body: JSON.stringify(message) });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()).value;
  }

  return {
    isInMemory: false,
    async open(options) {
      const url = await ask({ open: options });
      /** @type {Api["control"]} */
      const controlRemote = (path, ...args) => ask({ url, path, args });
      return {
        reach: { baseUrl: url },
        control: controlRemote,
        async advanceClock(ms) {
          advanceClock(ms);
          await controlRemote("clockSkew", ms);
        },
        close: () => controlRemote("close"),
      };
    },
  };
}
