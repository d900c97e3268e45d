import { retryMiddleware } from "@smithy/middleware-retry";
import { AdaptiveRetryStrategy } from "@smithy/util-retry";
import axios, { AxiosError, type AxiosResponse } from "axios";
import axiosRetry from "axios-retry";
import Bottleneck from "bottleneck";
import OpenAI from "openai";
import { type CreateClient, RATE } from "./simulate.js";

/** Other clients, with their defaults but for what the names say. */
export const peers: Readonly<Record<string, CreateClient>> = {
  bottleneck: ({ fetch }) => {
    const limiter = new Bottleneck({ minTime: RATE.per / RATE.requests });
    return {
      call: () =>
        limiter.schedule(async () => {
          const { ok, status } = await fetch();
          if (!ok) throw new Error(`status ${status}`);
        }),
    };
  },
  "openai, 2 retries": openai(2),
  "openai, 10 retries": openai(10),
  "axios-retry, exponentialDelay": ({ fetch }) => {
    const client = axios.create({
      async adapter(config) {
        const { ok, status, headers } = await fetch();
        const response: AxiosResponse = {
          data: undefined,
          status,
          statusText: "",
          headers: Object.fromEntries(headers),
          config,
        };
        if (!ok) throw new AxiosError(`status ${status}`, undefined, config, undefined, response);
        return response;
      },
    });
    axiosRetry(client, { retryDelay: axiosRetry.exponentialDelay });
    return { call: () => client.get("https://api.test/search") };
  },
  "AWS SDK, adaptive retry mode": ({ fetch }) => {
    const maxAttempts = async () => 3;
    const strategy = new AdaptiveRetryStrategy(maxAttempts);
    const next = async () => {
      const { ok, status, headers } = await fetch();
      const response = { statusCode: status, headers: Object.fromEntries(headers) };
      const $metadata = { httpStatusCode: status };
      if (!ok) throw Object.assign(new Error(`status ${status}`), { $response: response, $metadata });
      return { response, output: { $metadata } };
    };
    const send = retryMiddleware({ retryStrategy: async () => strategy, maxAttempts })(next, {});
    return { call: () => send({ input: {}, request: {} }) };
  },
};

function openai(maxRetries: number): CreateClient {
  return ({ fetch }) => {
    const client = new OpenAI({
      apiKey: "key",
      baseURL: "https://api.test",
      maxRetries,
      fetch: (_url, init) => fetch({ signal: init?.signal ?? null }),
    });
    return { call: () => client.post("/search", { body: {} }) };
  };
}
