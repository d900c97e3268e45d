/** What an operation answers. */
export interface Reply {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Anything that JSON can say. */
  readonly body: unknown;
}

/** Thrown where a request is refused: becomes the answer, with the reason as `message` of its body. */
export class Refusal extends Error implements Reply {
  override readonly name = "Refusal";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, reason: string, headers: Readonly<Record<string, string>> = {}) {
    super(reason);
    this.status = status;
    this.headers = headers;
  }

  get body(): { message: string } {
    return { message: this.message };
  }
}

/** Turns a reply into a response as a server sends it: JSON, with its length and the server's time. */
export function toResponse(reply: Reply, now: number, isHead: boolean): Response {
  const bytes = new TextEncoder().encode(JSON.stringify(reply.body));
  return new Response(isHead ? null : bytes, {
    status: reply.status ?? 200,
    headers: {
      "Content-Type": "application/json",
      "Content-Length": String(bytes.byteLength),
      Date: new Date(now).toUTCString(),
      ...reply.headers,
    },
  });
}
