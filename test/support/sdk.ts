import { afterEach } from "vitest";
import { apiKey, type Credentials, serviceAccount } from "../../src/auth/credentials.js";
import { createLiveData, type LiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import {
  createFakeLiveData,
  type FakeLiveData,
  type FakeLiveDataOptions,
  type FakeServer,
  fakeCredentials,
} from "../../src/testing/index.js";

/** An SDK client connected to the fake over a real socket. */
export interface Connected {
  readonly fake: FakeLiveData;
  readonly url: string;
  readonly livedata: LiveData;
  /** Creates another client of the same API. */
  readonly connect: (auth?: Credentials, options?: LiveDataOptions) => LiveData;
}

const servers: FakeServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/**
 * Starts a fake on the loopback interface and a client of it. Both end with the test.
 *
 * @param options options of the fake
 */
export async function connected(options: FakeLiveDataOptions = {}): Promise<Connected> {
  const fake = createFakeLiveData({ people: 50, ...options });
  const server = await fake.listen();
  servers.push(server);
  const { url } = server;
  const connect: Connected["connect"] = (auth = serviceAccount(fakeCredentials.serviceAccount), more = {}) =>
    createLiveData({ orgId: fakeCredentials.orgId, auth, baseUrl: url, ...more });
  return { fake, url, livedata: connect(), connect };
}

/**
 * Creates a fake and a client that calls it in the same process and retries without a delay.
 *
 * @param options options of the fake
 */
export function inProcess(options: FakeLiveDataOptions, auth: Credentials = apiKey(fakeCredentials.apiKey)) {
  const fake = createFakeLiveData(options);
  const { orgId } = fakeCredentials;
  const { people } = createLiveData({ orgId, auth, fetch: fake.fetch, retry: { baseDelay: 0 } });
  return { fake, people };
}
