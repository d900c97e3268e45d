import { describeAlike } from "../errors/response-error.js";

const wholes = new WeakSet<Response>();

/**
 * Reads a response to its end.
 *
 * @param response the response to read
 * @returns Resolves with a response that has all of its body in memory, to be read as often as one likes, and is
 *   otherwise the same; rejects as the reading does
 */
export async function readWhole(response: Response): Promise<Response> {
  return isWhole(response) ? response : inMemory(response, await response.arrayBuffer());
}

/**
 * A response as it is, but for its body, of which there is none.
 *
 * @param response the response
 */
export function withoutBody(response: Response): Response {
  return inMemory(response, new ArrayBuffer(0));
}

function inMemory(response: Response, bytes: ArrayBuffer): Response {
  WholeResponse ??= wholeResponse();
  const whole = new WholeResponse(response, bytes);
  wholes.add(whole);
  describeAlike(whole, response);
  return whole;
}

/**
 * Whether nothing is left to read of a response.
 *
 * @param response the response
 */
export function isWhole(response: Response): boolean {
  return wholes.has(response) || response.body === null;
}

/** Made at first use: importing this package must not ask for a global that a test's environment lacks. */
let WholeResponse: ReturnType<typeof wholeResponse> | undefined;

/** Not a Response made of the bytes, since that would build a stream for each answer, and could be read but once. */
function wholeResponse() {
  return class Whole extends Response {
    readonly #original: Response;
    readonly #bytes: ArrayBuffer;
    #stream: Response["body"] | undefined;

    constructor(original: Response, bytes: ArrayBuffer) {
      super();
      this.#original = original;
      this.#bytes = bytes;
    }

    override get status() {
      return this.#original.status;
    }
    override get statusText() {
      return this.#original.statusText;
    }
    override get ok() {
      return this.#original.ok;
    }
    override get headers() {
      return this.#original.headers;
    }
    override get url() {
      return this.#original.url;
    }
    override get redirected() {
      return this.#original.redirected;
    }
    override get type() {
      return this.#original.type;
    }
    override get body() {
      this.#stream ??= this.#plain().body;
      return this.#stream;
    }
    override get bodyUsed() {
      return false;
    }
    override clone() {
      return new Whole(this.#original, this.#bytes);
    }
    override async text() {
      return new TextDecoder().decode(this.#bytes);
    }
    override async json() {
      return JSON.parse(await this.text());
    }
    override async arrayBuffer() {
      return this.#bytes.slice(0);
    }
    override async bytes() {
      return new Uint8Array(await this.arrayBuffer());
    }
    override async blob() {
      return this.#plain().blob();
    }
    override async formData() {
      return this.#plain().formData();
    }

    #plain(): Response {
      return new Response(this.#bytes, { headers: this.headers });
    }
  };
}
