/** A rule of `docs/auth.md`, and how to break it. */
export interface Mutation {
  /** What is broken, after the number of the rule it belongs to. */
  readonly rule: string;
  /** The file, from `src/auth`. */
  readonly file: string;
  /** A text that stands there once. */
  readonly find: string;
  readonly replace: string;
}

export const mutations: readonly Mutation[] = [
  {
    rule: "compare and invalidate: a rejected token is dropped though another has come",
    file: "session-token-source.ts",
    find: "if (rejected && rejected !== this.#current) return;",
    replace: "",
  },
  {
    rule: "compare and invalidate: a rejected token is kept",
    file: "authorize.ts",
    find: "  source.invalidate(rejected);\n",
    replace: "",
  },
  {
    rule: "single flight: every caller exchanges",
    file: "session-token-source.ts",
    find: "    this.#flight ??= this.#takeOff();\n    const flight = this.#flight;",
    replace: "    const flight = (this.#flight = this.#takeOff());",
  },
  {
    rule: "single flight: every call in the soft zone exchanges",
    file: "session-token-source.ts",
    find: "      this.#flight ??= this.#takeOff();\n      return token;",
    replace: "      this.#flight = this.#takeOff();\n      return token;",
  },
  {
    rule: "isolation: an aborted caller waits on",
    file: "session-token-source.ts",
    find: "await untilAborted(flight.promise, signal)",
    replace: "await flight.promise",
  },
  {
    rule: "isolation: the listener stays on the caller's signal",
    file: "../http/until-aborted.ts",
    find: ".finally(stopWaiting)",
    replace: "",
  },
  {
    rule: "isolation: a call that is aborted already starts an exchange",
    file: "session-token-source.ts",
    find: "    signal?.throwIfAborted();\n",
    replace: "",
  },
  {
    rule: "isolation: an aborted caller gets the old token in the hard zone",
    file: "session-token-source.ts",
    find: "signal?.aborted ? undefined : this.#unexpired()",
    replace: "this.#unexpired()",
  },
  {
    rule: "zones: calls wait in the soft zone",
    file: "session-token-source.ts",
    find: 'if (token && zone === "soft") {',
    replace: "if (false) {",
  },
  {
    rule: "zones: calls do not wait in the hard zone",
    file: "session-token-source.ts",
    find: 'if (token && zone === "soft") {',
    replace: "if (token) {",
  },
  {
    rule: "zones: a call fails in the hard zone with a token at hand",
    file: "session-token-source.ts",
    find: "      if (held) return held;\n",
    replace: "",
  },
  {
    rule: "zones: an expired token is used",
    file: "access-token.ts",
    find: 'if (left <= 0) return "expired";',
    replace: "",
  },
  {
    rule: "zones: the soft leeway is flat",
    file: "access-token.ts",
    find: "Math.min(SOFT_LEEWAY, life * SOFT_SHARE)",
    replace: "SOFT_LEEWAY",
  },
  {
    rule: "zones: the hard leeway is flat",
    file: "access-token.ts",
    find: "Math.min(HARD_LEEWAY, this.life * HARD_SHARE)",
    replace: "HARD_LEEWAY",
  },
  {
    rule: "zones: no jitter",
    file: "access-token.ts",
    find: " * (1 - SOFT_JITTER * random)",
    replace: "",
  },
  {
    rule: "life: counted from the local clock, though the server sends its own",
    file: "session.ts",
    find: "expiresAt - (serverTime ?? start.wall)",
    replace: "expiresAt - start.wall",
  },
  {
    rule: "life: counted from the `Date` of a cached answer",
    file: "session.ts",
    find: 'headers.has("age") ? undefined : parseHttpDate',
    replace: "parseHttpDate",
  },
  {
    rule: "life: by the monotonic clock alone, which a suspend stops",
    file: "clock.ts",
    find: "Math.max(clock.wall() - start.wall, clock.monotonic() - start.monotonic)",
    replace: "clock.monotonic() - start.monotonic",
  },
  {
    rule: "life: by the wall clock alone, which can be set back",
    file: "clock.ts",
    find: "Math.max(clock.wall() - start.wall, clock.monotonic() - start.monotonic)",
    replace: "clock.wall() - start.wall",
  },
  {
    rule: "life: counted from the end of the exchange",
    file: "session.ts",
    find: "return new AccessToken(accessToken, { life, start, clockSkew }, random());",
    replace: "return new AccessToken(accessToken, { life, start: now(clock), clockSkew }, random());",
  },
  {
    rule: "expiresAt: read as local time",
    file: "expires-at.ts",
    find: "Date.UTC(year, month - 1, day, hour, minute, second, milliseconds)",
    replace: "new Date(year, month - 1, day, hour, minute, second, milliseconds).getTime()",
  },
  {
    rule: "background: a failure behind calls is an unhandled rejection",
    file: "session-token-source.ts",
    find: "    flight.promise.catch(() => {});\n",
    replace: "",
  },
  {
    rule: "background: no pause after a failure",
    file: "session-token-source.ts",
    find: '(zone === "fresh" || this.#backoff.isPausing)',
    replace: 'zone === "fresh"',
  },
  {
    rule: "background: the pause does not grow",
    file: "backoff.ts",
    find: "FIRST_PAUSE * 2 ** (count - 1)",
    replace: "FIRST_PAUSE",
  },
  {
    rule: "background: the pause has no bound",
    file: "backoff.ts",
    find: "Math.min(LONGEST_PAUSE, asked)",
    replace: "asked",
  },
  {
    rule: "background: Retry-After is ignored",
    file: "backoff.ts",
    find: "error instanceof SessionError ? askedPause(error) : 0",
    replace: "0",
  },
  {
    rule: "foreground: no retry",
    file: "session-token-source.ts",
    find: "const RETRIES = 2;",
    replace: "const RETRIES = 0;",
  },
  {
    rule: "foreground: retries without a pause",
    file: "session-token-source.ts",
    find: "        await this.#parts.sleep(pause);\n",
    replace: "",
  },
  {
    rule: "foreground: retries what cannot pass",
    file: "session-token-source.ts",
    find: "if (!(error instanceof SessionError) || !error.retryable) return undefined;",
    replace: "if (!(error instanceof SessionError)) return undefined;",
  },
  {
    rule: "foreground: an endpoint that is down is asked by every call",
    file: "session-token-source.ts",
    find: "if (!this.#flight && this.#backoff.isRefusing) throw this.#backoff.error;",
    replace: "",
  },
  {
    rule: "foreground: calls are refused for longer than 5 s",
    file: "backoff.ts",
    find: "const LONGEST_REFUSAL = 5_000;",
    replace: "const LONGEST_REFUSAL = 30_000;",
  },
  {
    rule: "rejected credentials: sent again at once",
    file: "renew-session.ts",
    find: "export const REJECTION_MEMORY = 5_000;",
    replace: "export const REJECTION_MEMORY = 0;",
  },
  {
    rule: "rejected credentials: remembered whatever they are",
    file: "renew-session.ts",
    find: "rejection?.digest === digest &&",
    replace: "rejection &&",
  },
  {
    rule: "secrets: a rejected one is not read once more",
    file: "renew-session.ts",
    find: "if (digestOfReread === digest) throw error;",
    replace: "throw error;",
  },
  {
    rule: "secrets: read once",
    file: "credentials.ts",
    find: "  read(): Promise<SessionRequest> {\n    return this.#read();",
    replace: "  #first: Promise<SessionRequest> | undefined;\n  read() {\n    return (this.#first ??= this.#read());",
  },
  {
    rule: "validation: an empty token is kept",
    file: "session.ts",
    find: 'typeof accessToken !== "string" || accessToken === ""',
    replace: 'typeof accessToken !== "string"',
  },
  {
    rule: "validation: a token that no header can carry is kept",
    file: "session.ts",
    find: "if (!HEADER_SAFE.test(accessToken)) throw",
    replace: "if (false) throw",
  },
  {
    rule: "validation: a token that has expired is kept",
    file: "session.ts",
    find: "if (life <= 0) throw",
    replace: "if (false) throw",
  },
  {
    rule: "validation: a body of any size is read",
    file: "session.ts",
    find: "const MAX_BODY = 1024 * 1024;",
    replace: "const MAX_BODY = Infinity;",
  },
  {
    rule: "validation: the time of an exchange has no bound",
    file: "session.ts",
    find: "setTimeout(() => deadline.abort(), timeout)",
    replace: "setTimeout(() => {}, timeout)",
  },
  {
    rule: "generation: an exchange begun before `invalidate()` overwrites what came after it",
    file: "session-token-source.ts",
    find: "    if (flight.isGivenUp) return token;\n",
    replace: "",
  },
  {
    rule: "generation: `invalidate()` leaves the exchange under way in charge",
    file: "session-token-source.ts",
    find: "    else this.#giveUpFlight();\n",
    replace: "",
  },
  {
    rule: "generation: callers of a given-up exchange fail with it",
    file: "session-token-source.ts",
    find: "if (flight.isGivenUp && !signal?.aborted) return await this.token({ signal });",
    replace: "",
  },
  {
    rule: "resend: a 401 is returned",
    file: "authorize.ts",
    find: "if (response.status !== 401 ||",
    replace: "if (true ||",
  },
  {
    rule: "resend: a 403 is sent again, too",
    file: "authorize.ts",
    find: "if (response.status !== 401 ||",
    replace: "if ((response.status !== 401 && response.status !== 403) ||",
  },
  {
    rule: "resend: without its body",
    file: "authorize.ts",
    find: "return send(url, { ...init, headers: bearing(init.headers, renewed) });",
    replace: "return send(url, { ...init, body: null, headers: bearing(init.headers, renewed) });",
  },
  {
    rule: "resend: with the token that was rejected",
    file: "authorize.ts",
    find: "return send(url, { ...init, headers: bearing(init.headers, renewed) });",
    replace: "return send(url, { ...init, headers: bearing(init.headers, token) });",
  },
  {
    rule: "resend: a stream is sent again",
    file: "authorize.ts",
    find: "if (!isRepeatable(init.body)) {",
    replace: "if (false) {",
  },
  {
    rule: "resend: an API key is sent again",
    file: "authorize.ts",
    find: "    if (token !== rejected) return token;\n    explain",
    replace: "    return token;\n    explain",
  },
  {
    rule: "resend: a call's own Authorization is replaced",
    file: "authorize.ts",
    find: 'if (init.headers.has("authorization")) return send(url, init);',
    replace: "",
  },
  {
    rule: "resend: the middleware replaces a call's own Authorization",
    file: "auth-middleware.ts",
    find: 'if (request.headers.has("authorization")) return;',
    replace: "",
  },
  {
    rule: "resend: the middleware sends a body that is gone",
    file: "auth-middleware.ts",
    find: "request.body ? request.clone() : request",
    replace: "request",
  },
  {
    rule: "origins: the token goes anywhere",
    file: "authorize.ts",
    find: "    checkOrigin(url, source);\n",
    replace: "",
  },
  {
    rule: "origins: the middleware lets the token go anywhere",
    file: "auth-middleware.ts",
    find: "      checkOrigin(request.url, source);\n",
    replace: "",
  },
  {
    rule: "origins: the exchange follows redirects",
    file: "session.ts",
    find: 'redirect: "manual"',
    replace: 'redirect: "follow"',
  },
  {
    rule: "out of reach: the platform's error, which may hold the request, is told whole",
    file: "session.ts",
    find: "const { name, code, cause }: Error",
    replace: "const { message: name, code, cause }: Error",
  },
  {
    rule: "out of reach: the parser's error, which quotes the body, is the cause",
    file: "session.ts",
    find: "  } catch {\n    // The parser's error quotes the text, which may hold a token.\n  }",
    replace:
      '  } catch (cause) {\n    throw new SessionError("invalid_response", "not a JSON object", { cause });\n  }',
  },
  {
    rule: "out of reach: a token shows itself in JSON and util.inspect",
    file: "access-token.ts",
    find: "    this.#value = value;",
    replace: "    this.#value = value;\n    Object.assign(this, { shown: value });",
  },
  {
    rule: "out of reach: credentials show their secret",
    file: "credentials.ts",
    find: 'constructor(kind: "service account" | "user", read: () => Promise<SessionRequest>) {',
    replace:
      'constructor(kind: "service account" | "user", read: () => Promise<SessionRequest>) {\n' +
      "    void read().then((shown) => Object.assign(this, shown));",
  },
];
