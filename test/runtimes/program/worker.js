import { conformance } from "./conformance.js";

/** Runs the program on workerd. Its `test` command calls this. */
export default {
  /**
   * @param {unknown} _controller
   * @param {{ CONTROL_URL: string, LACKS: string[] }} env
   */
  async test(_controller, { CONTROL_URL, LACKS }) {
    const { process } = /** @type {any} */ (globalThis);
    const results = await conformance(CONTROL_URL || undefined, { lacks: LACKS, env: process?.env });
    console.log(JSON.stringify(results));
  },
};
