import type { Client } from "openapi-fetch";
import { AbortedError } from "./errors/aborted-error.js";
import { ConfigurationError } from "./errors/configuration-error.js";
import { ProtocolError } from "./errors/protocol-error.js";
import { describeResponse } from "./errors/response-error.js";
import type { OperationFacts } from "./generated/operation-facts.js";
import { type Call, detailsOfCall } from "./http/call.js";
import { type CustomFetch, type Send, sendArguments } from "./http/send.js";
import type { CallTransportOptions } from "./http/transport-options.js";
import { checkCost } from "./people/cost-guard.js";
import type { CallOptions, ServiceClient } from "./service-client.js";
import { resolveRetry } from "./transport/retry.js";
import { checkTimeout } from "./transport/timeout.js";
import type { CallResult } from "./unwrap.js";

const methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"] as const;

/** Methods that to repeat changes nothing, by RFC 9110, section 9.2.2; a document may say so of others. */
const IDEMPOTENT = /^(?:DELETE|GET|HEAD|OPTIONS|PUT|TRACE)$/;

interface AnyInit extends CallOptions {
  readonly body?: unknown;
  readonly parseAs?: string;
  readonly maxCredits?: number | undefined;
}

type AnyCall = (path: string, init?: AnyInit) => Promise<CallResult>;
type AnyCalls = Record<(typeof methods)[number], AnyCall> & {
  request: (method: string, path: string, init?: AnyInit) => Promise<CallResult>;
};

/**
 * Makes of an openapi-fetch client one of ours. Each call is given a {@link Call} that goes with it to the network; what
 * it brings of its own goes along, where openapi-fetch would put a `fetch` in place of the steps; and what is thrown
 * or returned at its end knows of which operation it is.
 *
 * @param client the client to change
 * @param send the first step below it
 * @param facts what the service's document says of its operations
 */
export function serviceClient<Paths extends {}>(
  client: Client<Paths>,
  send: Send,
  facts: Readonly<Record<string, OperationFacts>>,
): ServiceClient<Paths> {
  const calls = client as unknown as AnyCalls;

  async function make(method: string, path: string, init: AnyInit, toClient: AnyCall): Promise<CallResult> {
    const operation = `${method} ${path}`;
    const { role, isPaid, preview, ...fact } = facts[operation] ?? {};
    const { fetch: ownFetch, timeout, totalTimeout, retry, maxCredits, ...rest } = init;
    const { idempotent: isIdempotent = fact.isIdempotent ?? IDEMPOTENT.test(method) } = retry || {};
    checkOptions(init);
    if (maxCredits !== undefined) {
      if (!isPaid) throw new ConfigurationError(`\`maxCredits\` is of no use to ${operation}, which costs none`);
      const ask = (path: string) => calls.POST(path, { ...init, maxCredits: undefined, parseAs: "text" });
      const failure = await checkCost({ operation, maxCredits, body: init.body, preview, ask });
      if (failure) return failure;
    }
    const call: Call = {
      operation,
      isIdempotent,
      isStream: init.parseAs === "stream",
      options: { timeout, totalTimeout, retry },
      fetch: ownFetch,
      attempts: 0,
      wasReauthorized: false,
      mayHaveLostAnswer: false,
      deadline: Infinity,
    };
    // The signal is not left to the Request, which a middleware may replace.
    const fetch: CustomFetch = async (request) =>
      send(...(await sendArguments(request, { signal: init.signal, call })));
    try {
      const redirect = rest.redirect ?? (isIdempotent ? "follow" : "manual");
      const result = await toClient(path, { ...rest, redirect, fetch });
      const { attempts, mayHaveLostAnswer } = call;
      describeResponse(result.response, { operation, attempts, role, isIdempotent, mayHaveLostAnswer });
      return result;
    } catch (error) {
      throw toCallError(error, call, init.signal);
    }
  }

  for (const method of methods) {
    const toClient = calls[method];
    calls[method] = (path, init = {}) => make(method, path, init, toClient);
  }
  const { request } = calls;
  calls.request = (method, path, init = {}) =>
    make(method.toUpperCase(), path, init, (path, init) => request(method, path, init));
  return calls as unknown as ServiceClient<Paths>;
}

/** Before anything is sent. */
function checkOptions({ timeout, totalTimeout, retry }: CallTransportOptions): void {
  if (timeout !== undefined) checkTimeout(timeout, "timeout");
  if (totalTimeout !== undefined) checkTimeout(totalTimeout, "totalTimeout");
  if (retry) resolveRetry(retry);
}

function toCallError(error: unknown, call: Call, signal: AbortSignal | null | undefined): unknown {
  const details = detailsOfCall(call);
  if (signal?.aborted && error === signal.reason) {
    return new AbortedError("the call was ended by its own `signal`, whose reason is the `cause`", {
      ...details,
      cause: error,
    });
  }
  // The parser's error quotes the body, which names people.
  if (error instanceof SyntaxError) {
    return new ProtocolError("the API answered with a body that is not JSON", details);
  }
  return error;
}
