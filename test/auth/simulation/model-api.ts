import { AccessToken } from "../../../src/auth/access-token.js";
import { now } from "../../../src/auth/clock.js";
import type { SessionRequest } from "../../../src/auth/credentials.js";
import { SessionError } from "../../../src/errors/classes.js";
import type { Send } from "../../../src/pipeline/send.js";
import type { VirtualTime } from "./virtual-time.js";

/** How the token endpoint responds. */
export type EndpointMode = "broken" | "down" | "healthy" | "unreachable";

const reasons = { broken: "invalid_response", down: "unavailable", unreachable: "unreachable" } as const;

/** Maximum time of an exchange, in ms, as of the real one. */
const EXCHANGE_TIMEOUT = 10_000;

/** An exchange, as the server sees it. Times are in ms. */
export interface Exchange {
  readonly startedAt: number;
  readonly secret: string;
  endedAt: number;
  /** `lost`: the request that started it has ended, so that it never settles. */
  outcome: "lost" | "pending" | "rejected" | "token" | "unavailable";
}

/** A request to the API. Times are in ms. */
export interface Sent {
  readonly call: string;
  readonly token: string;
  readonly sentAt: number;
  readonly body: unknown;
  status: number;
  respondedAt: number;
}

/** A model of the session endpoint and of one protected resource. */
export interface ModelApi {
  mode: EndpointMode;
  /** One-way latency, in ms. */
  latency: number;
  /** The life of new tokens, in ms. */
  life: number;
  /** The secret that the server accepts. */
  secret: string;
  readonly exchanges: Exchange[];
  readonly sent: Sent[];
  /** All tokens issued, in order. */
  readonly tokens: { readonly token: AccessToken; readonly expiresAt: number; arrivedAt: number }[];
  revokeAll(): void;
  /** Ends the requests that started the pending exchanges, as Workers do. */
  loseExchanges(): void;
  readonly exchange: (request: SessionRequest) => Promise<AccessToken>;
  readonly send: Send;
}

/**
 * Creates an API that expires its sessions by the true time.
 *
 * @param random returns numbers from 0 up to 1
 * @param onExchange called when an exchange starts
 */
export function createModelApi(time: VirtualTime, random: () => number, onExchange: () => void): ModelApi {
  const valid = new Map<string, number>();
  const isValid = (token: string) => time.now() < (valid.get(token) ?? 0);

  function end(exchange: Exchange, outcome: Exchange["outcome"]): void {
    if (exchange.outcome === "pending") exchange.outcome = outcome;
  }

  async function respondToExchange(exchange: Exchange): Promise<AccessToken> {
    const start = now(time.clock);
    await time.delay(api.latency);
    if (api.mode !== "healthy") {
      end(exchange, "unavailable");
      throw new SessionError(reasons[api.mode], api.mode);
    }
    if (exchange.secret !== api.secret) {
      end(exchange, "rejected");
      throw new SessionError("rejected", "401", { status: 401 });
    }
    const value = `token-${api.tokens.length + 1}`;
    const expiresAt = time.now() + api.life;
    const token = new AccessToken(value, { life: api.life, start }, random());
    valid.set(value, expiresAt);
    const issued = { token, expiresAt, arrivedAt: Number.NaN };
    api.tokens.push(issued);
    await time.delay(api.latency);
    issued.arrivedAt = time.now();
    end(exchange, "token");
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
    loseExchanges() {
      for (const exchange of api.exchanges) end(exchange, "lost");
    },
    async exchange({ body }) {
      onExchange();
      const secret = "clientSecret" in body ? body.clientSecret : "";
      const exchange: Exchange = { startedAt: time.now(), secret, endedAt: Number.NaN, outcome: "pending" };
      api.exchanges.push(exchange);
      const timeout = time.delay(EXCHANGE_TIMEOUT).then(() => {
        end(exchange, "unavailable");
        throw new SessionError("timeout", "timeout");
      });
      return Promise.race([respondToExchange(exchange), timeout]).finally(() => {
        exchange.endedAt = time.now();
        return exchange.outcome === "lost" ? new Promise(() => {}) : undefined;
      });
    },
    async send(url, { headers, body }) {
      const token = headers.get("authorization")?.replace("Bearer ", "") ?? "";
      const sent: Sent = { call: url, token, sentAt: time.now(), body, status: 0, respondedAt: Number.NaN };
      api.sent.push(sent);
      await time.delay(api.latency);
      sent.status = isValid(token) ? 200 : 401;
      await time.delay(api.latency);
      sent.respondedAt = time.now();
      return new Response(null, { status: sent.status });
    },
  };
  return api;
}
