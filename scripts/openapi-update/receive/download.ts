import type { IncomingMessage } from "node:http";
import { STATUS_CODES } from "node:http";
import { Agent, request } from "node:https";
import path from "node:path";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { DOWNLOAD_TIMEOUT, MAX_REDIRECTS } from "./limits.js";
import { type Budget, type Origin, Unreadable } from "./origin.js";
import { printable, printableUrl } from "./printable.js";

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** What an answer may be packed in. `x-gzip` is how it was once called. */
const GZIP = new Set(["gzip", "x-gzip"]);

const PLAIN = new Set(["", "identity"]);

/** How documents are downloaded; all of it has a default. */
export interface DownloadOptions {
  /** Certificates to trust instead of the system's, in PEM. For tests. */
  readonly ca?: string;
  /** Gives a signal that aborts after so many ms. For tests. @default AbortSignal.timeout */
  readonly startTimeout?: (ms: number) => AbortSignal;
}

interface Answer {
  /** Where the answer came from at last. */
  readonly url: URL;
  readonly bytes: Buffer;
}

/**
 * A document behind an https URL, with the files around it on the same server. The document's own redirects are
 * followed before anything else, since what it refers to lies beside where it really is.
 *
 * @throws `Unreadable`; the signal's reason when it is aborted.
 */
export async function openUrl(
  location: string,
  budget: Budget,
  signal: AbortSignal,
  { ca, startTimeout = AbortSignal.timeout }: DownloadOptions,
): Promise<Origin> {
  const given = parseUrl(location);
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ...(ca !== undefined && { ca }) });
  const deadline = startTimeout(DOWNLOAD_TIMEOUT);
  const download = createDownload(agent, AbortSignal.any([signal, deadline]), () => {
    signal.throwIfAborted();
    if (!deadline.aborted) return;
    throw new Unreadable("timeout", `The download took longer than ${DOWNLOAD_TIMEOUT / 1000} s.`, true);
  });
  try {
    const first = await download(given, budget);
    const entry = pathOf(first.url);
    return {
      entry,
      nameOf: (id) => printableUrl((id === entry ? given : urlOf(first.url, id)).href),
      async read(id) {
        if (id === entry) return first.bytes;
        const url = urlOf(first.url, id);
        return (await download(url, budget).catch((error) => refuseFile(url, error))).bytes;
      },
      close: () => agent.destroy(),
    };
  } catch (error) {
    agent.destroy();
    throw error;
  }
}

function refuseFile({ href }: URL, error: unknown): never {
  if (!(error instanceof Unreadable) || error.isFinal) throw error;
  throw new Unreadable(error.rule, `Cannot read ${printableUrl(href)}. ${error.message}`);
}

function parseUrl(location: string): URL {
  if (!URL.canParse(location)) throw new Unreadable("url", "This is no URL.");
  const url = new URL(location);
  if (url.protocol === "https:") return url;
  if (url.protocol === "http:") throw new Unreadable("url", `${INSECURE} Download it and give the file.`);
  throw new Unreadable("url", "Give the path of a file, or a URL with https.");
}

const INSECURE =
  "Only https is taken: over http, whoever is in between could change the document, and so the code that is made from it.";

/** The path as it is written in the URL, since references are not decoded either. */
function pathOf({ pathname }: URL): string {
  return pathname.endsWith("/") ? `${pathname}openapi` : pathname;
}

/** The file of a path on the server; with user and password, but not with the query, which is for one file only. */
function urlOf(base: URL, id: string): URL {
  const url = new URL(base);
  url.search = "";
  url.hash = "";
  url.pathname = path.posix.normalize(id);
  return url;
}

type Download = (url: URL, budget: Budget) => Promise<Answer>;

function createDownload(agent: Agent, signal: AbortSignal, checkTime: () => void): Download {
  async function follow(url: URL, budget: Budget, redirects: number): Promise<Answer> {
    const response = await get(url, agent, signal);
    try {
      const { location } = response.headers;
      if (location === undefined || !REDIRECTS.has(response.statusCode ?? 0)) {
        checkHead(response);
        return { url, bytes: await readBody(response, budget) };
      }
    } finally {
      response.destroy();
    }
    return follow(redirectOf(url, response.headers.location ?? "", redirects), budget, redirects + 1);
  }

  return async (url, budget) => {
    budget.openFile();
    try {
      checkTime();
      return await follow(url, budget, 0);
    } catch (error) {
      checkTime();
      throw error instanceof Unreadable ? error : new Unreadable("connection", explain(error));
    }
  };
}

function get(url: URL, agent: Agent, signal: AbortSignal): Promise<IncomingMessage> {
  const headers = {
    accept: "application/yaml, application/json;q=0.9, */*;q=0.8",
    "accept-encoding": "gzip",
    "user-agent": "livedata-sdk",
  };
  return new Promise((resolve, reject) => {
    request(url, { agent, signal, headers }, resolve).on("error", reject).end();
  });
}

function redirectOf(from: URL, location: string, redirects: number): URL {
  if (redirects >= MAX_REDIRECTS) {
    throw new Unreadable("redirect", `The server redirects more than ${MAX_REDIRECTS} times.`);
  }
  if (!URL.canParse(location, from)) throw new Unreadable("redirect", "The server redirects to what is no URL.");
  const to = new URL(location, from);
  if (to.protocol === "https:") return to;
  const isHttp = to.protocol === "http:";
  throw new Unreadable(
    "redirect",
    `The server redirects to ${printable(isHttp ? to.origin : to.protocol)}. ${INSECURE}`,
  );
}

function checkHead({ statusCode = 0, headers }: IncomingMessage): void {
  if (statusCode !== 200) {
    const name = STATUS_CODES[statusCode];
    throw new Unreadable("status", `The server answers ${statusCode}${name === undefined ? "" : ` ${name}`}.`);
  }
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "text/html" || type === "application/xhtml+xml") {
    throw new Unreadable(
      "html",
      `The server answers ${type}: a page for people, perhaps one to sign in at, not a document.`,
    );
  }
}

async function readBody(response: IncomingMessage, budget: Budget): Promise<Buffer> {
  const encoding = (response.headers["content-encoding"] ?? "").trim().toLowerCase();
  if (!GZIP.has(encoding) && !PLAIN.has(encoding)) {
    throw new Unreadable(
      "encoding",
      `The answer is encoded as ${printable(encoding)}, though only gzip was asked for.`,
    );
  }
  budget.expect(Number(response.headers["content-length"] ?? 0));
  const chunks: Buffer[] = [];
  const body: Readable = GZIP.has(encoding) ? pipeline(response, createGunzip(), () => {}) : response;
  for await (const chunk of body) {
    budget.spend(chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const EXPLANATIONS: readonly (readonly [code: RegExp, what: string])[] = [
  [/^(ENOTFOUND|EAI_)/, "there is no server of this name, or no network"],
  [/^ECONNREFUSED$/, "nothing listens there"],
  [/^(ECONNRESET|EPIPE|Z_BUF_ERROR)$/, "the connection ended before the answer did"],
  [/^(EPROTO|ERR_SSL_)/, "the server does not speak TLS as it should"],
  [/^Z_/, "the answer is no gzip, though it says so"],
  [/^(HPE_|ERR_HTTP)/, "the answer is not HTTP"],
  [/CERT|SIGNATURE|ISSUER|SELF_SIGNED|CRL/, "its certificate cannot be trusted"],
];

/** One line for an error, of its code alone: its text may have the whole URL. */
function explain(error: unknown): string {
  const code = codeOf(error);
  const what = EXPLANATIONS.find(([pattern]) => pattern.test(code))?.[1] ?? "of an unknown reason";
  return `The download failed: ${what} (${code}).`;
}

function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error) return printable(String(error.code));
  return error instanceof Error ? error.name : "unknown error";
}
