import { createLiveData, type LiveData } from "@livedata/sdk";

let client: LiveData | undefined;

/** Returns the client of this server. Created lazily, because `next build` loads the routes without environment variables. */
export function livedata(): LiveData {
  client ??= createLiveData();
  return client;
}
