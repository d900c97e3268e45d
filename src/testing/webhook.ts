import type { Contact, ContactV2 } from "../types.js";

/** Where and how the webhook is told of a job change. */
export interface FakeDelivery {
  /** Your webhook's URL; its path will do where you give a `fetch`. */
  readonly url: string | URL;
  /** The value that you chose, sent as `X-LiveData-Token`. */
  readonly token: string;
  /**
   * Which form of a contact is sent: 1 in camelCase, 2 in snake_case. Which the API sends is not documented.
   *
   * @default 1
   */
  readonly version?: 1 | 2;
  /** @default the first organization */
  readonly orgId?: string;
  /**
   * Called in place of the global `fetch`, such as a handler of yours that takes a `Request`.
   *
   * @default the global `fetch`
   */
  readonly fetch?: (request: Request) => Promise<Response> | Response;
}

/** Sends a contact as the API does when they changed jobs. That the method is POST is inferred. */
export async function sendJobChange(contact: Contact | ContactV2, delivery: FakeDelivery): Promise<Response> {
  const url = delivery.fetch ? new URL(delivery.url, "http://localhost") : delivery.url;
  const request = new Request(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-LiveData-Token": delivery.token },
    body: JSON.stringify(contact),
  });
  return delivery.fetch ? delivery.fetch(request) : globalThis.fetch(request);
}
