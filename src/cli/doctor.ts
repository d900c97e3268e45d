import { lookup } from "node:dns/promises";
import { connect as connectTcp } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { stripVTControlCharacters } from "node:util";
import { createLiveData, credits, isLiveDataError, type LiveData, metadata } from "../index.js";
import { API_OPTIONS, type Command, loadEnvironment, parse, type Sources } from "./command-line.js";
import { ExitCode, exitCodeOf, explain } from "./errors.js";
import { counted, number, print, styled } from "./terminal.js";

/** The result of a check. */
interface Finding {
  readonly check: string;
  readonly status: "failed" | "ok" | "skipped" | "warning";
  /** What was found. Never the value of a variable. */
  readonly detail: string;
  /** What to do, unless all is well. */
  readonly fix?: string;
}

/** `livedata doctor` */
export const doctor: Command = {
  summary: "Check configuration, network, credentials, clock and credits",
  help: `Usage: livedata doctor [options]

Checks, with calls that are known to be free, what a program needs: the
LIVEDATA_* variables, DNS and TLS, the session exchange, the clock, the
organization, the credits left, and whether the role may search.

  --json           the findings as JSON
  --dotenv FILE    read LIVEDATA_* variables from a file`,
  async run(args, signal) {
    const { values } = parse(args, { ...API_OPTIONS, json: { type: "boolean" } });
    const sources = loadEnvironment(values.dotenv);
    const findings: Finding[] = [];
    const examination = new Examination(sources, signal);
    for await (const finding of examination.findings()) {
      findings.push(finding);
      if (!values.json) await print(lineOf(finding));
    }
    if (values.json) await print(`${JSON.stringify(findings, null, 2)}\n`);
    return examination.exitCode;
  },
};

const MARKS = { ok: "✓", failed: "✗", warning: "!", skipped: "–" } as const;
const STYLES = { ok: "green", failed: "red", warning: "yellow", skipped: "dim" } as const;

function lineOf({ check, status, detail, fix }: Finding): string {
  const mark = styled(STYLES[status], MARKS[status], process.stdout);
  return `${mark} ${check.padEnd(13)} ${detail}${fix === undefined ? "" : `. ${fix}`}\n`;
}

/** Time that the network check may take, in ms. */
const CONNECT_TIMEOUT = 10_000;
/** A difference of clocks that is worth a warning, in ms. `Date` headers have whole seconds. */
const CLOCK_TOLERANCE = 5_000;

const CREDENTIALS = [
  { name: "service account", variables: ["LIVEDATA_CLIENT_ID", "LIVEDATA_CLIENT_SECRET"] },
  { name: "API key", variables: ["LIVEDATA_API_KEY"] },
  { name: "user", variables: ["LIVEDATA_USERNAME", "LIVEDATA_PASSWORD"] },
] as const;

const KNOWN: ReadonlySet<string> = new Set([
  ...CREDENTIALS.flatMap(({ variables }) => variables),
  "LIVEDATA_BASE_URL",
  "LIVEDATA_LOG",
  "LIVEDATA_ORG_ID",
  "LIVEDATA_RATE_LIMIT",
]);

/** The person that a free preview looks up. */
const NOBODY = { fields: [{ field_name: "email_address", search_term: "nobody@example.com" }] };

/** The checks in order. What cannot be checked after a failure is skipped. */
class Examination {
  exitCode: ExitCode = ExitCode.ok;
  readonly #sources: Sources;
  readonly #signal: AbortSignal;

  constructor(sources: Sources, signal: AbortSignal) {
    this.#sources = sources;
    this.#signal = signal;
  }

  async *findings(): AsyncGenerator<Finding> {
    let skew: number | undefined;
    let life: number | undefined;
    let livedata: LiveData;
    try {
      livedata = createLiveData({
        retry: false,
        observe(event) {
          if (event.type === "exchange_succeeded") ({ clockSkew: skew, life } = event);
        },
      });
    } catch (error) {
      yield this.#failed("configuration", error, this.#variables());
      yield* skipped(["network", "session", "clock", "organization", "credits", "people", "ledgers"]);
      return;
    }
    yield this.#configuration();

    const network = await this.#network();
    const started = performance.now();
    const session = await this.#attempt(() => livedata.accessToken({ signal: this.#signal }));
    const time = performance.now() - started;
    // Calls may go through a proxy.
    const isReached = network.status === "ok" || life !== undefined || isRejected(session);
    yield isReached && network.status === "failed"
      ? { ...network, status: "warning", fix: "But calls arrive" }
      : network;
    if (!("value" in session) && !isReached) {
      this.exitCode = exitCodeOf(session.error);
      yield* skipped(["session", "clock", "organization", "credits", "people", "ledgers"]);
      return;
    }
    if (!("value" in session)) {
      yield this.#failed("session", session.error);
      yield* skipped(["clock", "organization", "credits", "people", "ledgers"]);
      return;
    }
    yield { check: "session", status: "ok", detail: sessionDetail(life, time) };

    const sent = Date.now();
    const search = await this.#attempt(() => livedata.people.search({ size: 0 }, { signal: this.#signal }));
    if ("value" in search) skew ??= skewOf(metadata(search.value).headers, sent);
    yield clockFinding(skew, "value" in search);
    if (!("value" in search)) {
      yield this.#failed("organization", search.error);
      yield* skipped(["credits", "people", "ledgers"]);
      return;
    }
    yield { check: "organization", status: "ok", detail: `${number(search.value.count)} people can be searched` };
    yield this.#credits(credits(search.value).remaining);

    const previews = [
      ["preview of a search", () => livedata.people.previewSearch({ size: 0 }, { signal: this.#signal })],
      ["preview of a find", () => livedata.people.previewFind({ matches: [NOBODY] }, { signal: this.#signal })],
    ] as const;
    const reach = ["search with size 0"];
    for (const [name, call] of previews) {
      const preview = await this.#attempt<unknown>(call);
      if ("value" in preview) reach.push(name);
      else yield this.#failed("people", preview.error, name);
    }
    yield { check: "people", status: "ok", detail: `the role may use: ${reach.join(", ")}` };
    yield {
      check: "ledgers",
      status: "skipped",
      detail: "not checked, nor are companies and single people: no call there is known to be free",
    };
  }

  #configuration(): Finding {
    const check = "configuration";
    const kind = CREDENTIALS.find(({ variables }) => this.#sources.has(variables[0]));
    const detail = `${kind?.name ?? ""}: ${this.#variables()}`;
    const unknown = [...this.#sources.keys()].filter((name) => !KNOWN.has(name));
    if (unknown.length === 0) return { check, status: "ok", detail };
    return { check, status: "warning", detail, fix: `The SDK does not read ${unknown.join(" and ")}. Check the name` };
  }

  /** Which variables are set, and from where. */
  #variables(): string {
    if (this.#sources.size === 0) return "no LIVEDATA_* variable is set";
    return [...this.#sources].map(([name, source]) => `${name} (${source})`).join(", ");
  }

  /** Runs a call. @throws the reason of the signal if it aborts */
  async #attempt<T>(call: () => Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
    try {
      return { value: await call() };
    } catch (error) {
      this.#signal.throwIfAborted();
      return { error };
    }
  }

  async #network(): Promise<Finding> {
    const check = "network";
    const url = new URL(process.env["LIVEDATA_BASE_URL"]?.trim() || "https://gotlivedata.io");
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const { HTTPS_PROXY, https_proxy } = process.env;
    const proxy = HTTPS_PROXY || https_proxy ? " (HTTPS_PROXY is set: fetch of Node ignores it by default)" : "";
    try {
      const { address } = await lookup(host);
      const started = performance.now();
      const protocol = await this.#connect(url, host);
      const time = Math.round(performance.now() - started);
      return { check, status: "ok", detail: `${url.host} is ${address}, ${protocol} in ${time} ms` };
    } catch (error) {
      this.#signal.throwIfAborted();
      const { code, message } = Object(error);
      const reason = String(code ?? message);
      const fix = /^E(NOTFOUND|AI_AGAIN)$/.test(reason)
        ? "Check LIVEDATA_BASE_URL and the DNS of this machine"
        : /CERT|SELF_SIGNED|UNABLE_TO/.test(reason)
          ? "If a proxy of your company signs certificates, set NODE_EXTRA_CA_CERTS to its certificate"
          : "Check LIVEDATA_BASE_URL, firewall and proxy";
      return { check, status: "failed", detail: `${url.host}: ${stripVTControlCharacters(reason)}${proxy}`, fix };
    }
  }

  /** Connects, and resolves with the protocol. */
  #connect({ protocol, port }: URL, host: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const isTls = protocol === "https:";
      const address = { host, port: Number(port || (isTls ? 443 : 80)) };
      // An IP address is no name that a certificate could be asked for.
      const socket = isTls
        ? connectTls({ ...address, ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }) })
        : connectTcp(address);
      const end = (error?: unknown) => {
        const version = isTls ? ((socket as TLSSocket).getProtocol() ?? "TLS") : "no TLS";
        socket.destroy();
        if (error === undefined) resolve(version);
        else reject(error);
      };
      socket.once(isTls ? "secureConnect" : "connect", () => end());
      socket.once("error", end);
      socket.setTimeout(CONNECT_TIMEOUT, () => end(new Error(`no connection within ${CONNECT_TIMEOUT / 1_000} s`)));
      this.#signal.addEventListener("abort", () => end(this.#signal.reason), { once: true });
    });
  }

  #credits(remaining: number | undefined): Finding {
    const check = "credits";
    if (remaining === undefined) return { check, status: "ok", detail: "no cap reported" };
    if (remaining > 0) return { check, status: "ok", detail: `${counted(remaining, "credit")} left` };
    if (this.exitCode === ExitCode.ok) this.exitCode = ExitCode.credits;
    return { check, status: "failed", detail: "none left", fix: "Wait for the next billing period, or buy credits" };
  }

  /** @param context what else to say of it */
  #failed(check: string, error: unknown, context?: string): Finding {
    if (this.exitCode === ExitCode.ok) this.exitCode = exitCodeOf(error);
    const detail = context === undefined ? explain(error, false) : `${explain(error, false)} [${context}]`;
    return { check, status: "failed", detail };
  }
}

/** Whether the identity service responded. */
function isRejected(session: object): boolean {
  const error = "error" in session ? session.error : undefined;
  return isLiveDataError(error) && error.code === "session" && error.status !== undefined;
}

function* skipped(checks: readonly string[]): Generator<Finding> {
  for (const check of checks) yield { check, status: "skipped", detail: "not checked" };
}

function sessionDetail(life: number | undefined, time: number): string {
  if (life === undefined) return "an API key needs no exchange";
  return `access token in ${Math.round(time)} ms, valid for ${counted(Math.round(life / 60_000), "minute")}`;
}

/** How far the local clock is ahead of the server's, in ms, by the `Date` of a response. */
function skewOf(headers: Headers, sent: number): number | undefined {
  const date = Date.parse(headers.get("Date") ?? "");
  return Number.isNaN(date) ? undefined : sent - date;
}

function clockFinding(skew: number | undefined, isReached: boolean): Finding {
  const check = "clock";
  const missing = isReached ? "the API sent no Date" : "not checked";
  if (skew === undefined) return { check, status: "skipped", detail: missing };
  if (Math.abs(skew) <= CLOCK_TOLERANCE) return { check, status: "ok", detail: "agrees with the API's" };
  const detail = `${counted(Math.round(Math.abs(skew) / 1_000), "second")} ${skew > 0 ? "ahead of" : "behind"} the API's`;
  return { check, status: "warning", detail, fix: "Synchronize it; until then, the SDK corrects access tokens for it" };
}
