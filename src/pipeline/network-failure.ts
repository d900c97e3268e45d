import { isRecord } from "../checks.js";

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
  /^(E(ADDRNOT|CONN|HOST|MFILE|NET|NFILE|NOBUFS|PIPE|TIMEDOUT)|ERR_STREAM_PREM|ERR__ERROR|HPE_INVALID_EOF|UND_ERR_(RES_CONT|SOCKET)|UND_ERR_ABORTED: Proxy response .(408|429|5)|Z_|Z\w+Error|ZSTD|Brotli|ConnectionClosed)|^: (.*(\(os error|connection (closed|lost))|error (send|read)ing |unexpected end of file|Failed to fetch|Load failed|Network ?(error|request failed))/i;

/** What to check if `fetch` fails otherwise. */
export const CHECK_FETCH = "check `fetch`, `requestInitExt` and `baseUrl`";

/** Says that TLS with a host failed. */
export function tlsMessage(host: string, label: string): string {
  return `TLS with ${host} failed (${label}): check \`baseUrl\`, and whether its certificate is trusted here`;
}

/** Whether an error is one by which React and Next.js control rendering, as `fetch` throws in a page that is built. */
export function isControlFlow(error: unknown): boolean {
  return isRecord(error) && typeof error["digest"] === "string";
}

/** What `fetch` rejected with. */
export interface Failure {
  /** `other` is not a failure of the network, and would be the same next time. */
  readonly kind: "broken" | "other" | "timeout" | "tls" | "unconnected";
  /** Its code, or its name: nothing that the platform or a custom `fetch` could have put a secret into. */
  readonly label: string;
}

/** Tells failures of the network from bugs and mistakes. It decides by codes and texts, in any realm. */
export function describeFailure(error: unknown): Failure {
  const errors = chainOf(error);
  const texts = errors.map(textOf);
  const has = (pattern: RegExp) => texts.some((text) => pattern.test(text));
  const { name = typeof error } = errors.at(-1) ?? {};
  const label = has(/^: (bad port|.*to port \d)/)
    ? "blocked port"
    : String(errors.map(({ code }) => code).find((code) => typeof code === "string") ?? name);

  if (has(TLS)) return { kind: "tls", label };
  if (has(TIMEOUT) || name === "TimeoutError") return { kind: "timeout", label };
  if (isUnconnected(error)) return { kind: "unconnected", label };
  const isBroken =
    has(BROKEN) ||
    has(UNCONNECTED) ||
    // workerd says so of its own.
    errors.some(({ retryable }) => retryable === true) ||
    // undici always adds the cause, mocks do not.
    /^: (fetch failed|terminated)$/.test(texts.at(-1) ?? "");
  return { kind: isBroken ? "broken" : "other", label };
}

/** An error, its causes, and the errors of an AggregateError, outermost first. */
function chainOf(error: unknown): Readonly<Record<string, unknown>>[] {
  const errors = isRecord(error) ? [error] : [];
  for (const { cause, errors: parts } of errors) {
    for (const next of [cause, ...(Array.isArray(parts) ? parts : [])]) {
      if (isRecord(next) && !errors.includes(next) && errors.length < MAX_ERRORS) errors.push(next);
    }
  }
  return errors;
}

function textOf({ code, message }: Readonly<Record<string, unknown>>): string {
  return `${typeof code === "string" ? code : ""}: ${message}`;
}

/** Whether a request certainly never left. If the platform does not say so in a known way, it may have. */
function isUnconnected(error: unknown, depth = 0): boolean {
  if (!isRecord(error) || depth === MAX_ERRORS) return false;
  const { cause, errors } = error;
  const isLeftOut = (part: unknown) => isUnconnected(part, depth + 1);
  // A host with several addresses: each was tried.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isLeftOut);
  return error["syscall"] === "connect" || UNCONNECTED.test(textOf(error)) || isLeftOut(cause);
}
