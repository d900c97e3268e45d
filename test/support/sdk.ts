import { afterEach } from "vitest";
import { type Credentials, serviceAccount } from "../../src/auth/credentials.js";
import { createLiveData, type LiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import {
  createFakeLiveData,
  type FakeLiveData,
  type FakeLiveDataOptions,
  type FakeServer,
  fakeCredentials,
} from "../../src/testing/index.js";

/** The SDK and the embedded API, with a real socket between them. */
export interface Connected {
  readonly fake: FakeLiveData;
  readonly url: string;
  readonly livedata: LiveData;
  /** Another client of the same API. */
  readonly connect: (auth?: Credentials, options?: LiveDataOptions) => LiveData;
}

const servers: FakeServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/**
 * Starts an embedded API on the loopback, and connects to it. It is closed when the test ends.
 *
 * @param options the embedded API's
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
