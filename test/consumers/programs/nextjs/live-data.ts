import { createLiveData, type LiveData } from "@livedata/sdk";

let client: LiveData | undefined;

/** The one client of this server. Made when it is first asked for: `next build` loads the routes without its variables. */
export function livedata(): LiveData {
  client ??= createLiveData();
  return client;
}
