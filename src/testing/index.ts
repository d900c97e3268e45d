export type { FakeCredits, FakeOrg } from "./credits.js";
export type { FakeAnswer, FakeFailure, FakeFailures } from "./failures.js";
export {
  createFakeLiveData,
  type FakeListenOptions,
  type FakeLiveData,
  type FakeServer,
} from "./fake-live-data.js";
export type { ReceivedRequest } from "./handler.js";
export { type FakeLiveDataOptions, fakeCredentials } from "./options.js";
export type { FakeOperation } from "./router.js";
export type { FakeApiKey, FakeServiceAccount, FakeSessions, FakeUser } from "./sessions.js";
