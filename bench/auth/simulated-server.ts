import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** How long the token endpoint takes to issue a token, in ms. It rejects at once. */
const EXCHANGE_TIME = 25;

/** How long the first request with a revoked token waits for its 401, in ms, so that the others have arrived. */
const GATHERING_TIME = 250;

const SESSION_PATH = "/api/identity/v1/session";
const TOKEN_PATH = "/oauth/token";

/** Azure clients refresh a token only for this challenge. The others ignore challenges. */
const CHALLENGE = `Bearer error="insufficient_claims", claims="${btoa('{"access_token":{}}')}"`;

/** A response body that every client accepts. */
const RESOURCE = { id: "1", object: "list", data: [], people: [], count: 0 };

/** An account of a client. Each scenario has its own, so that leftovers of earlier scenarios are not counted. */
export interface Account {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Lifetime of tokens issued from now on, in s. */
  tokenLife: number;
  /** Whether the token endpoint returns 503. */
  isDown: boolean;
  /** Number of requests to the token endpoint, whatever the response. */
  readonly tokenRequests: number;
  /** The access tokens issued. */
  readonly tokens: readonly string[];
  /**
   * Revokes all tokens issued so far. Requests with one of them get their 401s one after the other.
   *
   * @param interval time between two 401s, in ms
   */
  revokeTokens(interval: number): void;
}

export interface SimulatedServer {
  /** Its origin, such as `http://127.0.0.1:41234`. */
  readonly origin: string;
  /** Adds an account. */
  openAccount(): Account;
  close(): void;
}

/** A token request, not validated. */
interface Exchange {
  readonly kind: "oauth" | "session";
  readonly clientId?: unknown;
  readonly clientSecret?: unknown;
}

interface Token {
  readonly expiresAt: number;
  /** Start time of the 401s, and the time between two of them, in ms. */
  revoked?: { readonly from: number; readonly interval: number };
  /** Number of requests with it since then. */
  rejections: number;
}

class OpenAccount implements Account {
  readonly clientId = `client-${randomUUID()}`;
  readonly clientSecret = `secret-${randomUUID()}`;
  readonly held = new Map<string, Token>();
  tokenLife = 3_600;
  isDown = false;
  tokenRequests = 0;

  get tokens(): readonly string[] {
    return [...this.held.keys()];
  }

  issue(): string {
    const value = `token-${randomUUID()}`;
    this.held.set(value, { expiresAt: Date.now() + this.tokenLife * 1000, rejections: 0 });
    return value;
  }

  revokeTokens(interval: number): void {
    const from = performance.now() + GATHERING_TIME;
    for (const token of this.held.values()) token.revoked = { from, interval };
  }
}

/** Starts a server with a token endpoint for each kind of client, and a protected resource at every other path. */
export async function startServer(): Promise<SimulatedServer> {
  const accounts: OpenAccount[] = [];
  const server = createServer((request, response) => {
    handle(accounts, request, response).catch(() => response.destroy());
  });
  // Keeps connections open between scenarios, so that no call uses one that is being closed.
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    openAccount: () => {
      const account = new OpenAccount();
      accounts.push(account);
      return account;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function handle(accounts: readonly OpenAccount[], request: IncomingMessage, response: ServerResponse) {
  const body = await textOf(request);
  // The Date header that Node sets itself does not follow the moved clock.
  response.setHeader("date", new Date().toUTCString());
  response.setHeader("content-type", "application/json");
  const kind = kindOf(request);
  if (kind === "resource") await serveResource(accounts, request, response);
  else await exchange(accounts, { kind, ...credentialsOf(request, body) }, response);
}

/** There are two token endpoints, Live Data's and one of RFC 6749. Every other path is the resource. */
function kindOf({ url = "/" }: IncomingMessage): "oauth" | "resource" | "session" {
  const [path] = url.split("?");
  if (path === SESSION_PATH) return "session";
  return path === TOKEN_PATH ? "oauth" : "resource";
}

async function exchange(accounts: readonly OpenAccount[], attempt: Exchange, response: ServerResponse) {
  const { kind, clientId, clientSecret } = attempt;
  const account = accounts.find((candidate) => candidate.clientId === clientId);
  if (account) account.tokenRequests++;
  if (account?.isDown) return send(response, 503, { error: "temporarily_unavailable" });
  if (!account || account.clientSecret !== clientSecret) return send(response, 401, { error: "invalid_client" });
  await pause(EXCHANGE_TIME);
  const token = account.issue();
  send(response, 200, kind === "session" ? session(token, account) : oauthToken(token, account));
}

/** The format of the Live Data API: the time has no zone and means UTC. */
function session(accessToken: string, { tokenLife }: Account): object {
  const expiresAt = new Date(Date.now() + tokenLife * 1000).toISOString().replace("Z", "");
  return { accessToken, expiresAt };
}

/** The format of RFC 6749, section 5.1. */
function oauthToken(accessToken: string, { tokenLife }: Account): object {
  return { access_token: accessToken, token_type: "Bearer", expires_in: tokenLife };
}

async function serveResource(accounts: readonly OpenAccount[], request: IncomingMessage, response: ServerResponse) {
  const value = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const token = accounts.map(({ held }) => held.get(value)).find((found) => found !== undefined);
  if (token && !token.revoked && Date.now() < token.expiresAt) return send(response, 200, RESOURCE);
  if (token?.revoked) {
    const turn = token.revoked.from + token.rejections++ * token.revoked.interval;
    await pause(Math.max(0, turn - performance.now()));
  }
  response.setHeader("www-authenticate", CHALLENGE);
  send(response, 401, { error: "invalid_token" });
}

/** Reads HTTP Basic credentials, or form or JSON fields under the names that the clients use. */
function credentialsOf(request: IncomingMessage, body: string): Omit<Exchange, "kind"> {
  const basic = /^Basic (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (basic) {
    const [clientId, clientSecret] = atob(basic).split(":").map(decodeURIComponent);
    return { clientId, clientSecret };
  }
  const fields = fieldsOf(body);
  return {
    clientId: fields["clientId"] ?? fields["client_id"],
    clientSecret: fields["clientSecret"] ?? fields["client_secret"] ?? fields["subject_token"],
  };
}

function fieldsOf(body: string): Record<string, unknown> {
  return body.startsWith("{") ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status).end(JSON.stringify(body));
}
