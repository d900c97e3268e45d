import { readText } from "../http/response-body.js";
import type { WebhookRequest } from "./verify-webhook.js";

/** No contact is larger, in bytes; a larger body is not read to its end. */
const MAX_BODY = 1024 * 1024;

/**
 * Reads the body of a request as JSON.
 *
 * @param request the request
 * @returns Resolves with what it says; undefined where it is too large, or is not JSON
 */
export async function readJson(request: WebhookRequest): Promise<unknown> {
  const body = request instanceof Request ? await textOf(request) : await bodyOf(request);
  if (typeof body !== "string") return body;
  try {
    return JSON.parse(body);
  } catch {
    // The parser's error quotes the body, which names a person.
    return undefined;
  }
}

async function bodyOf(request: Exclude<WebhookRequest, Request>): Promise<unknown> {
  const { body } = request;
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  if (body !== undefined || !isByteStream(request)) return body;
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of request) {
    text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    if (text.length > MAX_BODY) return undefined;
  }
  return text + decoder.decode();
}

function textOf(request: Request): Promise<string | undefined> {
  return readText(new Response(request.body), MAX_BODY);
}

function isByteStream(value: object): value is AsyncIterable<Uint8Array | string> {
  return Symbol.asyncIterator in value;
}
