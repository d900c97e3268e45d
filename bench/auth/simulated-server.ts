import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** How long the token endpoint takes to issue a token, in ms; it refuses at once. */
const EXCHANGE_TIME = 25;

/** How long the first request with a revoked token waits for its 401, in ms: until the others have arrived as well. */
const GATHERING_TIME = 250;

const SESSION_PATH = "/api/identity/v1/session";
const TOKEN_PATH = "/oauth/token";

/** Azure's clients renew a token for this challenge alone; the others read none. */
const CHALLENGE = `Bearer error="insufficient_claims", claims="${btoa('{"access_token":{}}')}"`;

/** What any client takes for an answer of its API. */
const RESOURCE = { id: "1", object: "list", data: [], people: [], count: 0 };

/** One who signs in. Each scenario has its own, so that what an earlier one left running is not counted. */
export interface Account {
  readonly clientId: string;
  readonly clientSecret: string;
  /** How long tokens to come live, in s. */
  tokenLife: number;
  /** Whether the token endpoint answers 503. */
  isDown: boolean;
  /** Requests that reached the token endpoint, whatever it answered. */
  readonly tokenRequests: number;
  /** The access tokens issued. */
  readonly tokens: readonly string[];
  /**
   * Revokes the tokens issued so far. Requests that still carry one get their 401s one after the other.
   *
   * @param interval the time from one 401 to the next, in ms
   */
  revokeTokens(interval: number): void;
}

export interface SimulatedServer {
  /** Such as `http://127.0.0.1:41234`. */
  readonly origin: string;
  /** Lets one more sign in. */
  openAccount(): Account;
  close(): void;
}

/** A request for a token. Nothing in it has been checked. */
interface Exchange {
  readonly kind: "oauth" | "session";
  readonly clientId?: unknown;
  readonly clientSecret?: unknown;
}

interface Token {
  readonly expiresAt: number;
  /** From when on it is answered with 401, and the time from one 401 to the next, in ms. */
  revoked?: { readonly from: number; readonly interval: number };
  /** How many requests carried it since then. */
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
    answer(accounts, request, response).catch(() => response.destroy());
  });
  // Connections outlive the pauses between scenarios, so that no call meets one that is just being closed.
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

async function answer(accounts: readonly OpenAccount[], request: IncomingMessage, response: ServerResponse) {
  const body = await textOf(request);
  // Node takes its own `Date` from a clock that cannot be put forward.
  response.setHeader("date", new Date().toUTCString());
  response.setHeader("content-type", "application/json");
  const kind = kindOf(request);
  if (kind === "resource") await serveResource(accounts, request, response);
  else await exchange(accounts, { kind, ...credentialsOf(request, body) }, response);
}

/** Two token endpoints, the vendor's and that of RFC 6749. Every other path is the resource's. */
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

/** The vendor's form: a time without a zone, and that is UTC. */
function session(accessToken: string, { tokenLife }: Account): object {
  const expiresAt = new Date(Date.now() + tokenLife * 1000).toISOString().replace("Z", "");
  return { accessToken, expiresAt };
}

/** The form of RFC 6749, 5.1. */
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

/** By HTTP Basic, or in the fields of a form or of JSON under the names that each kind of client gives them. */
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
