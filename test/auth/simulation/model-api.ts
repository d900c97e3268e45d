import { AccessToken } from "../../../src/auth/access-token.js";
import { now } from "../../../src/auth/clock.js";
import type { SessionRequest } from "../../../src/auth/credentials.js";
import { SessionError } from "../../../src/errors/classes.js";
import type { Send } from "../../../src/pipeline/send.js";
import type { World } from "./world.js";

/** How the token endpoint answers. */
export type EndpointMode = "broken" | "down" | "healthy" | "unreachable";

const reasons = { broken: "invalid_response", down: "unavailable", unreachable: "unreachable" } as const;

/** An exchange, as the server saw it. */
export interface Exchange {
  readonly begun: number;
  readonly secret: string;
  ended: number;
  outcome: "pending" | "rejected" | "token" | "unavailable";
}

/** A request of the API, as the server saw it. */
export interface Sent {
  readonly call: string;
  readonly token: string;
  readonly begun: number;
  readonly body: unknown;
  status: number;
  answered: number;
}

/** Sessions and a protected resource, in a world. */
export interface ModelApi {
  mode: EndpointMode;
  /** How long each way takes, in ms. */
  latency: number;
  /** The life of tokens to come, in ms. */
  life: number;
  /** The secret that the server takes. */
  secret: string;
  readonly exchanges: Exchange[];
  readonly sent: Sent[];
  /** All tokens given out, in order. */
  readonly tokens: { readonly token: AccessToken; readonly expiresAt: number; arrivedAt: number }[];
  revokeAll(): void;
  readonly exchange: (request: SessionRequest) => Promise<AccessToken>;
  readonly send: Send;
}

/**
 * Makes an API that keeps its sessions by the true time.
 *
 * @param world where it is
 * @param random gives numbers from 0 up to 1
 * @param onExchange called as an exchange begins
 */
export function makeModelApi(world: World, random: () => number, onExchange: () => void): ModelApi {
  const valid = new Map<string, number>();
  const isValid = (token: string) => world.time() < (valid.get(token) ?? 0);

  async function answerExchange(exchange: Exchange): Promise<AccessToken> {
    const start = now(world.clock);
    await world.delay(api.latency);
    if (api.mode !== "healthy") {
      exchange.outcome = "unavailable";
      throw new SessionError(reasons[api.mode], api.mode);
    }
    if (exchange.secret !== api.secret) {
      exchange.outcome = "rejected";
      throw new SessionError("rejected", "401", { status: 401 });
    }
    const value = `token-${api.tokens.length + 1}`;
    const expiresAt = world.time() + api.life;
    const token = new AccessToken(value, { life: api.life, start }, random());
    valid.set(value, expiresAt);
    const given = { token, expiresAt, arrivedAt: Number.NaN };
    api.tokens.push(given);
    await world.delay(api.latency);
    given.arrivedAt = world.time();
    exchange.outcome = "token";
    return token;
  }

  const api: ModelApi = {
    mode: "healthy",
    latency: 20,
    life: 3_600_000,
    secret: "secret-1",
    exchanges: [],
    sent: [],
    tokens: [],
    revokeAll: () => valid.clear(),
    async exchange({ body }) {
      onExchange();
      const secret = "clientSecret" in body ? body.clientSecret : "";
      const exchange: Exchange = { begun: world.time(), secret, ended: Number.NaN, outcome: "pending" };
      api.exchanges.push(exchange);
      return answerExchange(exchange).finally(() => {
        exchange.ended = world.time();
      });
    },
    async send(url, { headers, body }) {
      const token = headers.get("authorization")?.replace("Bearer ", "") ?? "";
      const sent: Sent = { call: url, token, begun: world.time(), body, status: 0, answered: Number.NaN };
      api.sent.push(sent);
      await world.delay(api.latency);
      sent.status = isValid(token) ? 200 : 401;
      await world.delay(api.latency);
      sent.answered = world.time();
      return new Response(null, { status: sent.status });
    },
  };
  return api;
}
