import type { Contact, ContactV2 } from "../types.js";

/** Where and how a job change is delivered to a webhook. */
export interface FakeDelivery {
  /** Your webhook's URL. With the option `fetch`, a path is enough. */
  readonly url: string | URL;
  /** The token that you chose. It is sent as `X-LiveData-Token`. */
  readonly token: string;
  /**
   * Version of the contact that is sent: 1 is camelCase, 2 is snake_case. It is not documented which one the API sends.
   *
   * @default 1
   */
  readonly version?: 1 | 2;
  /** The organization whose contact is sent. @default the first organization */
  readonly orgId?: string;
  /**
   * Called instead of the global `fetch`, for example your own handler that takes a `Request`.
   *
   * @default the global `fetch`
   */
  readonly fetch?: (request: Request) => Promise<Response> | Response;
}

/** Sends a contact as the API does after a job change. The method POST is inferred. */
export async function sendJobChange(contact: Contact | ContactV2, delivery: FakeDelivery): Promise<Response> {
  const url = delivery.fetch ? new URL(delivery.url, "http://localhost") : delivery.url;
  const request = new Request(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-LiveData-Token": delivery.token },
    body: JSON.stringify(contact),
  });
  return delivery.fetch ? delivery.fetch(request) : globalThis.fetch(request);
}
