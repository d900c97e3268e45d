import { createLiveData } from "@livedata/sdk";
import { undiciNetwork } from "@livedata/sdk/undici";
import { ProxyAgent } from "undici";

/** On every version of Node that the SDK supports. */
export function throughProxy(proxy: string) {
  return createLiveData({ network: undiciNetwork({ dispatcher: new ProxyAgent(proxy) }) });
}
