import { describeAlike } from "../errors/response-error.js";

const wholes = new WeakSet<Response>();

/**
 * Reads the answer of a call to its end. What failed says its status, also where its body breaks off.
 *
 * @param response the response to read
 * @returns Resolves with a response that has all of its body in memory, to be read as often as one likes, and is
 *   otherwise the same; with an empty body where that of an unsuccessful one breaks off; rejects where a success does
 */
export async function readAnswer(response: Response): Promise<Response> {
  if (isWhole(response)) return response;
  try {
    return inMemory(response, await response.arrayBuffer());
  } catch (error) {
    if (response.ok) throw error;
    return inMemory(response, new ArrayBuffer(0));
  }
}

/**
 * Whether nothing is left to read of a response.
 *
 * @param response the response
 */
export function isWhole(response: Response): boolean {
  return wholes.has(response) || response.body === null;
}

function inMemory(response: Response, bytes: ArrayBuffer): Response {
  WholeResponse ??= wholeResponse();
  const whole = new WholeResponse(response, bytes);
  wholes.add(whole);
  describeAlike(whole, response);
  return whole;
}

/** Made at first use: importing this package must not ask for a global that a test's environment lacks. */
let WholeResponse: ReturnType<typeof wholeResponse> | undefined;

/**
 * A Response of the platform's own, so that a server which is given it can send it on, but for what that cannot be told
 * (`url` and the like), and for the readers: they need no stream, and may be asked more than once.
 */
function wholeResponse() {
  return class Whole extends Response {
    readonly #original: Response;
    readonly #bytes: ArrayBuffer;

    constructor(original: Response, bytes: ArrayBuffer) {
      super(bytes.byteLength > 0 ? bytes : null, acceptable(original));
      this.#original = original;
      this.#bytes = bytes;
    }

    // Node asks for these while it still builds its own part of the object.
    override get status() {
      return #original in this ? this.#original.status : super.status;
    }
    override get statusText() {
      return #original in this ? this.#original.statusText : super.statusText;
    }
    override get ok() {
      return #original in this ? this.#original.ok : super.ok;
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
  };
}

/** A server may send a status and a phrase that a platform takes from the network, but not from a program. */
function acceptable({ status, statusText, headers }: Response): ResponseInit {
  return {
    status: status >= 200 && status <= 599 ? status : 200,
    statusText: /^[\t\x20-\x7e]*$/.test(statusText) ? statusText : "",
    headers,
  };
}
