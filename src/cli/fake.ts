import { createFakeLiveData, type FakeServer } from "../testing/index.js";
import { type Command, parse, wholeNumber } from "./command-line.js";
import { ArgumentsError, ExitCode, UsageError } from "./errors.js";
import { number, print, styled } from "./terminal.js";

const DEFAULT_PORT = 12120;
/** More take minutes to make up. */
const MAX_PEOPLE = 100_000;

/** `livedata fake` */
export const fake: Command = {
  summary: "Run the API with made-up people on a port, no account needed",
  help: `Usage: livedata fake [options]

Runs the Live Data API on 127.0.0.1 with made-up people: searches, credits and
sessions work, and nothing is real. Ctrl-C closes it. In another terminal:

  eval "$(npx @livedata/sdk fake --env)"
  npx @livedata/sdk find --email jane@example.com

  --port N         port to listen on (default: ${DEFAULT_PORT})
  --people N       how many people there are (default: 1000)
  --seed N         which people are made up (default: 1)
  --control        let requests to /_control/ plan failures, set credits and
                   change jobs; see the guide's page on testing
  --env            print the variables of a fake on this port, and exit`,
  async run(args, signal) {
    const options = {
      control: { type: "boolean" },
      env: { type: "boolean" },
      people: { type: "string" },
      port: { type: "string" },
      seed: { type: "string" },
    } as const;
    const { values } = parse(args, options);
    const port = wholeNumber(values.port, "port", 1) ?? DEFAULT_PORT;
    if (port > 65_535) throw new ArgumentsError("--port must be at most 65535");
    const seed = wholeNumber(values.seed, "seed", 0);
    const people = wholeNumber(values.people, "people", 0) ?? 1000;
    if (people > MAX_PEOPLE) throw new ArgumentsError(`--people must be at most ${MAX_PEOPLE}`);
    const api = createFakeLiveData({ seed, people });
    const variables = Object.entries({ ...api.env, LIVEDATA_BASE_URL: `http://127.0.0.1:${port}` });
    const exports = variables.map(([name, value]) => `export ${name}=${value}\n`);
    if (values.env) {
      await print(exports.join(""));
      return ExitCode.ok;
    }
    const server = await listen(() => api.listen({ port, control: values.control }), port);
    const count = number(api.people.length);
    const title = styled("bold", "Fake Live Data API", process.stdout);
    await print(
      [
        `${title} at ${server.url}, with ${count} made-up people\n\n`,
        ...exports.map((line) => `  ${line}`),
        "\nRun these lines in another terminal. Programs there then call this API.\n",
        ...(values.control ? [`Control endpoint: ${server.url}/_control/\n`] : []),
        "Ctrl-C closes it.\n",
      ].join(""),
    );
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await api.close();
    return ExitCode.ok;
  },
};

async function listen(start: () => Promise<FakeServer>, port: number): Promise<FakeServer> {
  try {
    return await start();
  } catch (error) {
    const { code } = Object(error);
    if (code === "EADDRINUSE")
      throw new UsageError(`Port ${port} is in use. Stop the process that uses it, or pass --port`);
    if (code === "EACCES") throw new UsageError(`You may not use port ${port}. Pass a --port above 1023`);
    throw error;
  }
}
