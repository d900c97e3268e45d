/** What an operation replies, before it becomes a `Response`. */
export interface Reply {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. A string is sent as it is if `headers` has a `Content-Type` other than JSON. */
  readonly body: unknown;
}

/** Thrown to refuse a request. It is the reply: its message becomes `message` in the body. */
export class Refusal extends Error implements Reply {
  override readonly name = "Refusal";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }

  get body(): { message: string } {
    return { message: this.message };
  }
}

const JSON_TYPE = "application/json";
/** Statuses whose responses have no body. */
const WITHOUT_BODY = [204, 205, 304];

/**
 * Turns a reply into a response with `Content-Length` and `Date`.
 *
 * @param now the server's time, in milliseconds since 1970
 * @param isHead whether the body is left out
 */
export function toResponse(reply: Reply, now: number, isHead: boolean): Response {
  const { status = 200 } = reply;
  const headers = new Headers({ "Content-Type": JSON_TYPE, Date: new Date(now).toUTCString() });
  for (const [name, value] of Object.entries(reply.headers ?? {})) headers.set(name, value);
  if (WITHOUT_BODY.includes(status)) {
    headers.delete("Content-Type");
    return new Response(null, { status, headers });
  }
  const bytes = new TextEncoder().encode(writeBody(reply.body, headers));
  if (!headers.has("Content-Length")) headers.set("Content-Length", String(bytes.byteLength));
  return new Response(isHead ? null : bytes, { status, headers });
}

function writeBody(body: unknown, headers: Headers): string {
  const isJson = headers.get("Content-Type")?.includes("json") ?? false;
  return typeof body === "string" && !isJson ? body : JSON.stringify(body);
}
