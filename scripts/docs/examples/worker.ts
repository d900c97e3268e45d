import createClient, * as openapiFetch from "openapi-fetch";
import * as drift from "../../../src/drift/index.js";
import * as sdk from "../../../src/index.js";
import * as query from "../../../src/query/index.js";
import * as testing from "../../../src/testing/index.js";
import { actAsBackend } from "./backend.js";
import { replaceConsole } from "./console.js";
import { describeThrown } from "./describe.js";
import type { Message } from "./messages.js";
import { link, makeModules, unlink, urlOf } from "./modules.js";

/** More of them would make the page slow. */
const MAX_MESSAGES = 1_000;

addEventListener("message", ({ data, ports: [port] }: MessageEvent<string>) => port && run(data, port), { once: true });

// The bundle has short names. Errors show those of their classes.
for (const [name, value] of Object.entries(sdk)) {
  if (typeof value === "function") Object.defineProperty(value, "name", { value: name });
}

/** Runs the code of an example, and sends its page what happens. */
async function run(code: string, port: MessagePort): Promise<void> {
  const send = limited(port);
  const fail = (error: unknown) => send({ type: "thrown", text: unlink(describeThrown(error), modules) });
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    fail(event.reason);
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    fail(event.error ?? event.message);
  });
  replaceConsole((level, text) => send({ type: "printed", level, text }));
  const createFakeLiveData = actAsBackend(send);
  const modules = makeModules({
    "@livedata/sdk": sdk,
    "@livedata/sdk/query": query,
    "@livedata/sdk/testing": { ...testing, createFakeLiveData },
    "@livedata/sdk/drift": drift,
    "openapi-fetch": { ...openapiFetch, default: createClient },
  });

  const started = performance.now();
  try {
    const linked = link(code, modules);
    await import(urlOf(`${linked}\n//# sourceURL=example.js`)).catch((error) => locate(error, linked));
  } catch (error) {
    fail(error);
  }
  send({ type: "finished", duration: performance.now() - started });
}

/**
 * Adds the position to the error of code that does not parse. The frame knows it: see `frame.ts`.
 *
 * @throws the error
 */
async function locate(error: unknown, code: string): Promise<never> {
  if (error instanceof SyntaxError && !error.stack?.includes("example.js")) {
    const { line, column } = await new Promise<{ line?: number; column?: number }>((resolve) => {
      addEventListener("message", ({ data }) => resolve(data), { once: true });
      postMessage(code);
    });
    if (line !== undefined) {
      // Readers paste TypeScript, of which the browser says only which character it does not expect.
      error.stack = `${error}\n    at example.js:${line}:${column}\nThis field takes JavaScript, without types.`;
    }
  }
  throw error;
}

function limited(port: MessagePort): (message: Message) => void {
  let sent = 0;
  return (message) => {
    const post = (one: Message) => port.postMessage(one);
    if (sent < MAX_MESSAGES || message.type === "finished") post(message);
    else if (sent === MAX_MESSAGES) post({ type: "printed", level: "warn", text: "… The rest is left out." });
    sent++;
  };
}
