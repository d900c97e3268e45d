import type { Job, Person } from "../types.js";
import type { FakeCredits } from "./credit-accounts.js";
import type { FakeFailures } from "./failures.js";
import type { Handler } from "./handler.js";
import { Refusal, type Reply, toResponse } from "./reply.js";
import { isRecord } from "./utilities.js";
import type { FakeDelivery } from "./webhook.js";

/** What the control endpoint uses of a fake. */
interface Controlled {
  readonly credits: FakeCredits;
  readonly failures: FakeFailures;
  changeJob(personId: string, job: Job): Person;
  deliverJobChange(personId: string, delivery: FakeDelivery): Promise<Response>;
  reset(): void;
}

/** Path of the control endpoint. No path of the API begins with it. */
const PREFIX = "/_control/";

/**
 * Adds the control endpoint to a handler, so that programs in any language can plan failures, set credits and change
 * jobs. The guide's page on testing describes its requests.
 *
 * @param fake what it controls
 * @param handle handles all other requests
 */
export function withControl(fake: Controlled, handle: Handler): Handler {
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith(PREFIX)) return handle(request);
    return toResponse(await carryOut(fake, request, pathname.slice(PREFIX.length)), Date.now(), false);
  };
}

async function carryOut(fake: Controlled, request: Request, name: string): Promise<Reply> {
  try {
    checkCaller(request);
    const action = Object.hasOwn(ACTIONS, `${request.method} ${name}`)
      ? ACTIONS[`${request.method} ${name}`]
      : undefined;
    if (!action) {
      throw new Refusal(404, `There is no ${request.method} ${PREFIX}${name}; use ${Object.keys(ACTIONS).join(", ")}`);
    }
    return { body: (await action(fake, await readBody(request))) ?? {} };
  } catch (error) {
    if (error instanceof Refusal) return error;
    // What `fake` refuses, and a webhook that cannot be reached.
    if (error instanceof Error) return new Refusal(400, error.message);
    throw error;
  }
}

type Body = Readonly<Record<string, unknown>>;
type Action = (fake: Controlled, body: Body) => unknown;

/** Each checks its arguments as the method of the same name does: what comes from outside has no types. */
const ACTIONS: Readonly<Record<string, Action>> = {
  "POST failures"(fake, { operation, failure, times }) {
    fake.failures.next(operation as never, failure as never, times as never);
  },
  "DELETE failures"(fake) {
    fake.failures.clear();
  },
  "GET credits": (fake) => creditsOf(fake),
  "PUT credits"(fake, { remaining }) {
    if (remaining === undefined)
      throw new Refusal(400, "remaining is required: an integer of at least 0, or null for no cap");
    fake.credits.setRemaining((remaining ?? undefined) as never);
    return creditsOf(fake);
  },
  async "POST job-changes"(fake, { personId, job, webhook }) {
    if (typeof personId !== "string" || !isRecord(job)) throw new Refusal(400, "personId and job are required");
    const person = fake.changeJob(personId, job);
    if (webhook === undefined) return { person };
    const { url, token, version } = isRecord(webhook) ? webhook : {};
    if (typeof url !== "string" || typeof token !== "string") throw new Refusal(400, "webhook must be { url, token }");
    const { status } = await fake.deliverJobChange(personId, { url, token, version: version === 2 ? 2 : 1 });
    return { person, webhook: { status } };
  },
  "POST reset"(fake) {
    fake.reset();
  },
};

function creditsOf({ credits }: Controlled): Body {
  return { used: credits.used(), remaining: credits.remaining() ?? null };
}

const LOOPBACK = /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/** Refuses web pages: those of other sites, and those whose own name leads to this machine. */
function checkCaller({ headers }: Request): void {
  for (const name of ["Host", "Origin"]) {
    const value = headers.get(name);
    if (value !== null && !LOOPBACK.test(value)) throw new Refusal(403, `${name} must be this machine`);
  }
}

/** A body must be declared as JSON: browsers then ask first, and get no permission. */
async function readBody(request: Request): Promise<Body> {
  if (request.method === "GET") return {};
  if (!/^application\/json\b/i.test(request.headers.get("Content-Type") ?? "")) {
    throw new Refusal(415, "The Content-Type must be application/json");
  }
  const text = await request.text();
  if (text === "") return {};
  const body = parse(text);
  if (isRecord(body)) return body;
  throw new Refusal(400, "The body must be a JSON object");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "The body is not valid JSON");
  }
}
