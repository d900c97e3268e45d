import { ConfigurationError } from "../errors/configuration-error.js";
import { WebhookError } from "../errors/webhook-error.js";
import type { Contact, ContactV2 } from "../types.js";
import { isSameSecret } from "./is-same-secret.js";
import { readJson } from "./read-json.js";

/** A request of a server of the Node kind: of `node:http`, Express, Fastify and the like. */
export interface NodeRequest {
  /** Its headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Its body, parsed or as text or bytes, where the server has read it; else the request itself is read. */
  readonly body?: unknown;
}

/** What a server is given when Live Data calls it: a Fetch API `Request`, or one of the Node kind. */
export type WebhookRequest = Request | NodeRequest;

const HEADER = "x-livedata-token";

/**
 * Checks that a request to your webhook comes from Live Data, which calls it when a contact changes jobs (early access).
 *
 * The vendor documents the header, `X-LiveData-Token`, and that the body is the contact; of which version it is, is not
 * documented. The token is compared in constant time, and before the body is read.
 *
 * @param request the request; its body may not have been used up
 * @param token the value that you chose; white space around it, which no header keeps, does not count
 * @returns Resolves with the contact
 * @throws a WebhookError, whose `reason` says whether to answer with 401 or 400; a ConfigurationError for a token that
 *   is blank, or a `Request` that was read before
 * @example
 * try {
 *   const contact = await verifyWebhook(request, process.env.LIVEDATA_WEBHOOK_TOKEN);
 *   return new Response(null, { status: 204 });
 * } catch (error) {
 *   if (!(error instanceof WebhookError)) throw error;
 *   return new Response(null, { status: error.reason === "token" ? 401 : 400 });
 * }
 */
export async function verifyWebhook(request: WebhookRequest, token: string | undefined): Promise<Contact | ContactV2> {
  if (typeof token !== "string" || token.trim() === "") {
    throw new ConfigurationError("`token` is missing or blank: pass the value that you chose for the webhook");
  }
  const sent = tokenOf(request);
  if (sent === undefined || !(await isSameSecret(sent, token.trim()))) {
    throw new WebhookError(
      `the request has ${sent === undefined ? "no" : "another"} X-LiveData-Token: answer it with 401`,
      {
        reason: "token",
      },
    );
  }
  if (request instanceof Request && request.bodyUsed) {
    throw new ConfigurationError("`request` has been read already: verify it first, or pass a clone");
  }
  const body = await readJson(request);
  if (isContact(body)) return body;
  throw new WebhookError("the body is no contact: answer it with 400", { reason: "body" });
}

function tokenOf({ headers }: WebhookRequest): string | undefined {
  const value = headers instanceof Headers ? headers.get(HEADER) : headers[HEADER];
  return typeof value === "string" ? value : undefined;
}

function isContact(body: unknown): body is Contact | ContactV2 {
  return typeof body === "object" && body !== null && "id" in body && typeof body.id === "string";
}
