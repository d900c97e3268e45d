import type { Client, HeadersOptions, Middleware, ParseAs, RequestOptions } from "openapi-fetch";
import type { CustomFetch } from "./http/send.js";
import type { CallTransportOptions } from "./http/transport-options.js";

/** What a call may bring besides what its operation takes. */
export interface CallOptions
  extends CallTransportOptions,
    Pick<RequestOptions<unknown>, "bodySerializer" | "pathSerializer" | "querySerializer"> {
  /** Headers of this call. An `Authorization` is sent as it is, and not renewed after a 401. */
  readonly headers?: HeadersOptions | undefined;
  /** Ends the call, whatever it is waiting for. */
  readonly signal?: AbortSignal | null | undefined;
  /** The network of this call; it is authorized and timed as any other. */
  readonly fetch?: CustomFetch | undefined;
  /** Another base URL for this call, on an origin of the API. */
  readonly baseUrl?: string | undefined;
  /** Middlewares of this call, which run after the client's. */
  readonly middleware?: Middleware[] | undefined;
  /** What to do with a redirect. @default "follow", but "manual" where the call must not arrive twice */
  readonly redirect?: "error" | "follow" | "manual" | undefined;
  /** Whether the request may outlive the page or the process that made it, where the platform has that. */
  readonly keepalive?: boolean | undefined;
}

type Verb = "delete" | "get" | "head" | "options" | "patch" | "post" | "put" | "trace";

/** The paths that have an operation of a verb. */
type PathsWith<Paths, V extends Verb> = {
  [Path in keyof Paths]: Paths[Path] extends Record<V, unknown> ? Path : never;
}[keyof Paths];

type Content<Part> = Part extends { content: infer Media } ? Media[keyof Media] : never;

/** A body is sent as JSON, so where an operation takes several media types it is that one's. */
type JsonOf<RequestBody> = RequestBody extends { content: { "application/json": infer Json } } ? Json : never;

type Body<Operation> = Operation extends { requestBody: infer RequestBody }
  ? { readonly body: JsonOf<RequestBody> }
  : Operation extends { requestBody?: infer RequestBody }
    ? { readonly body?: JsonOf<NonNullable<RequestBody>> }
    : { readonly body?: never };

type Params<Operation> = Operation extends { parameters: infer Parameters }
  ? Partial<Parameters> extends Parameters
    ? { readonly params?: Parameters }
    : { readonly params: Parameters }
  : never;

/** An operation that costs credits is one that may be answered with 402. */
type Cost<Operation> = Operation extends { responses: { 402: unknown } }
  ? {
      /**
       * What the call may cost, in credits. Its free preview is asked first, and a call that would cost more is not
       * made: a CreditLimitError tells what it would cost. Where the API has no preview, the most that it could cost
       * counts. The preview has the times of the call for itself.
       * @default no limit
       */
      readonly maxCredits?: number | undefined;
    }
  : unknown;

type Init<Operation> = CallOptions & Params<Operation> & Body<Operation> & Cost<Operation>;

type Success = 200 | 201 | 202 | 203 | 204 | "2XX";

type Responses<Operation> = Operation extends { responses: infer Statuses } ? Statuses : never;

/** What a call resolves with: `data` for a success, `error` for anything else. */
export type ServiceResult<Operation, As extends ParseAs = "json"> =
  | {
      data: As extends "json" ? ContentOf<Operation, Success> : Parsed[Exclude<As, "json">];
      error?: never;
      response: Response;
    }
  | {
      data?: never;
      /** The parsed body; a text where it was not JSON, and undefined where there was none. */
      error: ContentOf<Operation, Exclude<keyof Responses<Operation>, Success>> | string | undefined;
      response: Response;
    };

type ContentOf<Operation, Status> = Content<Responses<Operation>[keyof Responses<Operation> & Status]>;

interface Parsed {
  arrayBuffer: ArrayBuffer;
  blob: Blob;
  stream: Response["body"];
  text: string;
}

type Arguments<Operation, As extends ParseAs, Options = Init<Operation> & { readonly parseAs?: As }> =
  Partial<Options> extends Options ? [options?: Options] : [options: Options];

type OperationOf<Paths, Path extends keyof Paths, V extends Verb> = Paths[Path][V & keyof Paths[Path]];

type Call<Paths, V extends Verb> = <Path extends PathsWith<Paths, V>, As extends ParseAs = "json">(
  path: Path,
  ...options: Arguments<OperationOf<Paths, Path, V>, As>
) => Promise<ServiceResult<OperationOf<Paths, Path, V>, As>>;

/** The calls of each verb that has an operation, under the verb's name: `GET`, `POST` and so on. */
type Calls<Paths> = {
  readonly [V in Verb as [PathsWith<Paths, V>] extends [never] ? never : Uppercase<V>]: Call<Paths, V>;
};

/**
 * An openapi-fetch client with types of its own, since openapi-fetch's let a misspelt key of a body or of the options
 * pass, rewrite each named type into an anonymous one, and lose the suggestions of open strings on the way.
 */
export type ServiceClient<Paths extends {}> = Calls<Paths> &
  Pick<Client<Paths>, "eject" | "use"> & {
    /** Calls the operation of a method that is known only at run time. */
    readonly request: <V extends Verb, Path extends PathsWith<Paths, V>, As extends ParseAs = "json">(
      method: V,
      path: Path,
      ...options: Arguments<OperationOf<Paths, Path, V>, As>
    ) => Promise<ServiceResult<OperationOf<Paths, Path, V>, As>>;
  };
