import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
} from "@azure/core-rest-pipeline";
import axios from "axios";
import got from "got";
import Stripe from "stripe";
import { request } from "undici";
import type { Clients } from "../client.js";

const authorization = "Bearer token";

/** Each client with its defaults. */
export const clients: Clients = {
  got: ({ origin, path, body }) => {
    const client = got.extend({ headers: { authorization } });
    return () => client.post(origin + path, { json: body }).json();
  },
  axios: ({ origin, path, body }) => {
    const client = axios.create({ baseURL: origin, headers: { authorization } });
    return async () => (await client.post(path, body)).data;
  },
  "@azure/core-rest-pipeline": ({ origin, path, body }) => {
    const pipeline = createPipelineFromOptions({});
    const httpClient = createDefaultHttpClient();
    return async () => {
      const { status, bodyAsText } = await pipeline.sendRequest(
        httpClient,
        createPipelineRequest({
          url: origin + path,
          method: "POST",
          headers: createHttpHeaders({ authorization, "content-type": "application/json" }),
          body: JSON.stringify(body),
          allowInsecureConnection: true,
        }),
      );
      if (status !== 200) throw new Error(`status ${status}`);
      return JSON.parse(bodyAsText ?? "");
    };
  },
  stripe: ({ origin, orgId, body }) => {
    const { hostname, port } = new URL(origin);
    const stripe = new Stripe("token", { protocol: "http", host: hostname, port });
    // Only paths of its version 2 take JSON.
    return () => stripe.rawRequest("POST", `/v2/${orgId}/search`, body);
  },
  "undici.request": ({ origin, path, body }) => {
    return async () => {
      const headers = { authorization, "content-type": "application/json" };
      const response = await request(origin + path, { method: "POST", headers, body: JSON.stringify(body) });
      if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
      return response.body.json();
    };
  },
};
