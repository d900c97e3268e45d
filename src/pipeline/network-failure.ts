import { isRecord } from "../checks.js";
import { readMember, readString } from "../errors/read-error.js";

/** How many errors of a chain of causes are looked at: a chain may be endless. */
const MAX_ERRORS = 16;

// Patterns of `code: message`. Node, undici and Bun have codes; Deno, workerd and browsers have texts only.

/** A connection that was never made, so that nothing was sent over it. */
const UNCONNECTED =
  /^(EAI_\w+|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused):|client error \(Connect\)/;

/** TLS that failed: mostly a certificate that is not trusted. */
const TLS =
  /^(CERT_|CRL_|DEPTH_|ERR_SSL|ERR_TLS|EPROTO|HOSTNAME|INVALID_|PATH_|SELF_SIGNED|UNABLE_TO)|^: .*(certificate|corrupt message)/;

/** A time limit of the platform's own. */
const TIMEOUT = /^UND_ERR_(BODY|HEADERS)_TIMEOUT/;

/** A connection that broke, or a body that arrived damaged. */
const BROKEN =
  /^(E(ADDRNOT|CONN|HOST|MFILE|NET|NFILE|NOBUFS|PIPE|TIMEDOUT)|ERR_HTTP2_(GOAWAY|SESSION|STREAM)|ERR_STREAM_PREM|ERR__ERROR|HPE_INVALID_EOF|UND_ERR_(RES_CONT|SOCKET)|UND_ERR_ABORTED: Proxy response .(408|429|5)|Z_|Z\w+Error|ZSTD|Brotli|ConnectionClosed)|^: (.*(\(os error|connection (closed|lost))|error (send|read)ing |unexpected end of file|Failed to fetch|Load failed|Network ?(error|request failed))/i;

/** Whether an error is one by which React and Next.js control rendering, as `fetch` throws in a page that is built. */
export function isControlFlow(error: unknown): boolean {
  return readString(error, "digest") !== undefined;
}

/** What `fetch` rejected with. */
export interface Failure {
  /** `other` is not a failure of the network, and would be the same next time. */
  readonly kind: "broken" | "other" | "timeout" | "tls" | "unconnected";
  /** Its code or its name, if that is one word. */
  readonly label: string;
}

/** Tells failures of the network from bugs and mistakes. It decides by codes and texts, in any realm. */
export function describeFailure(error: unknown): Failure {
  const errors = chainOf(error);
  const texts = errors.map(textOf);
  const has = (pattern: RegExp) => texts.some((text) => pattern.test(text));
  const name = readString(errors.at(-1), "name") ?? typeof error;
  const code = errors.map((error) => readString(error, "code")).find((code) => code !== undefined);
  const known = code ?? name;
  const ownLabel = /^\w{1,64}$/.test(known) ? known : "unknown error";
  const label = has(/^: (bad port|.*to port \d)/) ? "blocked port" : ownLabel;

  if (has(TLS)) return { kind: "tls", label };
  if (has(TIMEOUT) || name === "TimeoutError") return { kind: "timeout", label };
  if (isUnconnected(error)) return { kind: "unconnected", label };
  const isBroken =
    has(BROKEN) ||
    has(UNCONNECTED) ||
    // workerd sets it on its errors.
    errors.some((error) => readMember(error, "retryable") === true) ||
    // undici always adds the cause, mocks do not.
    /^: (fetch failed|terminated)$/.test(texts.at(-1) ?? "");
  return { kind: isBroken ? "broken" : "other", label };
}

/** Says in an error's message what failed. */
export function failureMessage({ kind, label }: Failure, origin: string): string {
  if (kind === "other") {
    return `\`fetch\` failed, but not because of the network (${label}): check \`fetch\`, \`requestInitExt\` and \`baseUrl\``;
  }
  if (kind === "timeout") return `no complete response within the time limit of \`fetch\` itself (${label})`;
  if (kind === "tls") {
    return `TLS with ${origin} failed (${label}): check \`baseUrl\`, and whether its certificate is trusted here`;
  }
  const hint = label === "ENOTFOUND" ? ": there is no such host, check `baseUrl`" : "";
  return `no complete response from ${origin} (${label})${hint}`;
}

/** An error, its causes, and the errors of an AggregateError, outermost first. */
function chainOf(error: unknown): unknown[] {
  const errors = isRecord(error) ? [error] : [];
  for (const outer of errors) {
    for (const next of [readMember(outer, "cause"), ...partsOf(outer)]) {
      if (isRecord(next) && !errors.includes(next) && errors.length < MAX_ERRORS) errors.push(next);
    }
  }
  return errors;
}

/** The errors of an AggregateError: a host with several addresses, each of which was tried. */
function partsOf(error: unknown): readonly unknown[] {
  const parts = readMember(error, "errors");
  return Array.isArray(parts) ? parts : [];
}

function textOf(error: unknown): string {
  return `${readString(error, "code") ?? ""}: ${readString(error, "message")}`;
}

/** Whether a request certainly never left. If the platform does not say so in a known way, it may have. */
function isUnconnected(error: unknown, depth = 0): boolean {
  if (!isRecord(error) || depth === MAX_ERRORS) return false;
  const isLeftOut = (part: unknown) => isUnconnected(part, depth + 1);
  const parts = partsOf(error);
  if (parts.length > 0) return parts.every(isLeftOut);
  const isConnecting = readMember(error, "syscall") === "connect" || UNCONNECTED.test(textOf(error));
  return isConnecting || isLeftOut(readMember(error, "cause"));
}
