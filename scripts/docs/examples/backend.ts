import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import {
  createFakeLiveData,
  type FakeLiveData,
  type FakeLiveDataOptions,
  fakeCredentials,
} from "../../../src/testing/index.js";
import type { SentRequest } from "./messages.js";

type Fetch = typeof globalThis.fetch;

/** Credentials as the guide writes them. */
const PLACEHOLDER = { clientId: "…", clientSecret: "…" };
/** Credentials as the OpenAPI documents write them. */
const EXAMPLE = { clientId: "example-client", clientSecret: "example-secret" };

/**
 * Makes a worker look like a process of a backend: with environment variables, and without a browser's name, with which
 * the SDK would refuse to run. All requests to the API go to a fake, and there is no network.
 *
 * @param report receives each request that a fake has answered
 * @returns `createFakeLiveData` for examples, whose requests are reported too
 */
export function actAsBackend(report: (request: SentRequest) => void): typeof createFakeLiveData {
  const define = (name: string, value: unknown) => Object.defineProperty(globalThis, name, { value, writable: true });
  define("navigator", {});
  completeCrypto();
  define("process", { env: {} });
  // An example in the guide reads its secret from a vault.
  define("vault", { read: async () => PLACEHOLDER.clientSecret });
  define("fetch", async () => {
    const error = new TypeError("fetch failed: examples in this page have no network");
    refused.add(error);
    throw error;
  });

  const observe = createObserver(report);
  const create = (options?: FakeLiveDataOptions) => observe(createFakeLiveData(options));
  create({ serviceAccounts: [fakeCredentials.serviceAccount, PLACEHOLDER, EXAMPLE] }).install();
  return create;
}

/** What requests threw that were for no fake. */
const refused = new WeakSet<object>();

/** Browsers leave out half of `crypto` unless a page came over HTTPS, and in frames with an origin of their own. */
function completeCrypto(): void {
  const digest = async (_algorithm: string, data: BufferSource) => sha256(bytesOf(data)).buffer;
  const randomUUID = () => {
    const hex = bytesToHex(crypto.getRandomValues(new Uint8Array(16)));
    return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
  };
  Object.defineProperties(crypto, { subtle: { value: { digest } }, randomUUID: { value: randomUUID } });
}

function bytesOf(data: BufferSource): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** Returns a function that makes a fake report its requests. */
function createObserver(report: (request: SentRequest) => void): (fake: FakeLiveData) => FakeLiveData {
  /** Responses and failures that were reported. A fake may hand a request to the one installed before it. */
  const reported = new WeakSet<object>();
  const observed = (fetch: Fetch): Fetch => {
    const note = async (input: string | URL | Request, init: RequestInit | undefined, outcome: unknown) => {
      if (typeof outcome !== "object" || outcome === null || refused.has(outcome)) return;
      if (reported.has(outcome)) return;
      reported.add(outcome);
      report(await describe(input, init, outcome instanceof Response ? outcome : undefined));
    };
    return async (input, init) => {
      try {
        const response = await fetch(input, init);
        await note(input, init, response);
        return response;
      } catch (error) {
        await note(input, init, error);
        throw error;
      }
    };
  };
  return (fake) => {
    const { install } = fake;
    const observing: FakeLiveData = Object.defineProperties(fake, {
      fetch: { value: observed(fake.fetch) },
      install: {
        value() {
          install();
          globalThis.fetch = observed(globalThis.fetch);
          return observing;
        },
      },
    });
    return observing;
  };
}

async function describe(
  input: string | URL | Request,
  init: RequestInit | undefined,
  response: Response | undefined,
): Promise<SentRequest> {
  const isRequest = input instanceof Request;
  const { pathname, search } = new URL(isRequest ? input.url : input);
  const header = (name: string) => response?.headers.get(`X-LDT-Credits-${name}`) ?? undefined;
  return {
    type: "request",
    method: init?.method ?? (isRequest ? input.method : "GET"),
    path: `${pathname}${search}`,
    status: response?.status,
    refusal: response && !response.ok ? await refusalOf(response.clone()) : undefined,
    used: header("Used"),
    cost: header("Cost"),
  };
}

function refusalOf(response: Response): Promise<string | undefined> {
  return response.json().then(
    ({ message }: { message?: unknown }) => (typeof message === "string" ? message : undefined),
    () => undefined,
  );
}
