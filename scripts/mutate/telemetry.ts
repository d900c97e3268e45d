import type { Mutation } from "./mutation.js";

/** What events, plugins and the log promise. */
export const telemetryMutations: readonly Mutation[] = [
  {
    rule: "telemetry: a call that fails has no end",
    file: "telemetry.ts",
    in: "Telemetry",
    find: "finish({ error });",
    replace: "void finish;",
  },
  {
    rule: "telemetry: a plugin that calls `next` twice makes two calls",
    file: "telemetry.ts",
    in: "Telemetry",
    find: "outcome ??= runAndFinish();",
    replace: "outcome = runAndFinish();",
  },
  {
    rule: "telemetry: a plugin that calls `next` twice runs the next plugin twice",
    file: "telemetry.ts",
    in: "Telemetry",
    find: "if (!hasRun) {",
    replace: "if (!hasRun || index >= 0) {",
  },
  {
    rule: "telemetry: a plugin that never calls `next` keeps the call from running within those after it",
    file: "telemetry.ts",
    in: "Telemetry",
    find: "void next();",
    replace: "void hasRun;",
  },
  {
    rule: "telemetry: each error of a plugin is logged",
    file: "telemetry.ts",
    in: "Telemetry",
    find: "if (this.#reported.has(name)) return;",
    replace: "",
  },
  {
    rule: "telemetry: a plugin's `observe` loses its `this`",
    file: "telemetry.ts",
    in: "Telemetry",
    find: "plugin.observe?.bind(plugin)",
    replace: "plugin.observe",
  },
  {
    rule: "telemetry: a path call that returns an error counts as a success",
    file: "telemetry.ts",
    in: "finishedEvent",
    find: 'code: failure ? (own?.code ?? "unknown") : failedStatus,',
    replace: 'code: failure ? (own?.code ?? (failedStatus && "unknown")) : undefined,',
  },
  {
    rule: "telemetry: an event has a path that is not documented",
    file: "calls/service-client.ts",
    in: "serviceClient",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the code that is looked for
    find: "const operation = known ? `${method} ${path}` : `${method} *`;",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the code that is looked for
    replace: "const operation = `${method} ${path}`;",
  },
  {
    rule: "telemetry: a preview has no parent",
    file: "calls/service-client.ts",
    in: "serviceClient",
    find: "init: previewInit, parentId: progress.callId }",
    replace: "init: previewInit }",
  },
  {
    rule: "telemetry: a named method ends before its data is checked",
    file: "calls/service-client.ts",
    in: "serviceClient",
    find: "observedCall({ method, path, init }, async (progress) =>\n          dataOf(await callOperation({ method, path, init }, progress, true)),\n        ),",
    replace:
      "observedCall({ method, path, init }, (progress) => callOperation({ method, path, init }, progress, true)).then(dataOf),",
  },
  {
    rule: "telemetry: the wait for a token is not counted",
    file: "auth/authorize.ts",
    in: "withAuthorization",
    find: 'countWait(init.call, "token", source.token(init))',
    replace: "source.token(init)",
  },
  {
    rule: "telemetry: the wait between retries is not counted",
    file: "pipeline/retry.ts",
    in: "withRetry",
    find: 'countWait(call, "retry", delay(pause, signal))',
    replace: "delay(pause, signal)",
  },
  {
    rule: "log: a failed background refresh is not a warning",
    file: "logger.ts",
    in: "logEvent",
    find: 'event.background ? "warn" : "debug"',
    replace: '"debug"',
  },
  {
    rule: "log: writes the messages of other errors at every level",
    file: "logger.ts",
    in: "logEvent",
    find: 'describeError(failure, isLogged(log, "debug"))',
    replace: "describeError(failure, true)",
  },
  {
    rule: "log: a name may be anything",
    file: "logger.ts",
    in: "matching",
    find: "pattern.test(text)",
    replace: "text.length > 0 && pattern !== undefined",
  },
  {
    rule: "log: a logger that throws fails the call",
    file: "logger.ts",
    in: "writeLine",
    find: "// A failing logger must not fail the call.",
    replace: 'throw new Error("the log failed");',
  },
  {
    rule: "log: writes a path that is not documented",
    file: "logger.ts",
    in: "ownMessage",
    find: "message.slice(operation.length + 2)",
    replace: "message",
  },
  {
    rule: "telemetry: the credits of a response whose body is broken are lost",
    file: "telemetry.ts",
    in: "finishedEvent",
    find: "response ?? call?.response",
    replace: "response ?? (call && undefined)",
  },
];
