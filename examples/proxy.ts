import { createLiveData } from "@livedata/sdk";
import { ProxyAgent, fetch as undiciFetch } from "undici";

/** With Node's own `fetch`. `undici` must have the same major version as `process.versions.undici`. */
export function throughNodesFetch(proxy: string) {
  return createLiveData({ requestInitExt: { dispatcher: new ProxyAgent(proxy) } });
}

/** With the `fetch` of `undici`, whatever its version and that of Node. */
export function throughUndicisFetch(proxy: string) {
  const dispatcher = new ProxyAgent(proxy);
  return createLiveData({
    async fetch(request) {
      const { url, method, redirect, signal } = request; // `undici` does not know the class of `request`
      const body = request.body ? await request.arrayBuffer() : null;
      const headers = [...request.headers];
      const response = await undiciFetch(url, { dispatcher, method, headers, body, redirect, signal });
      return response as unknown as Response;
    },
  });
}
