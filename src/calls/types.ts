import type { Client, HeadersOptions, Middleware, ParseAs, RequestOptions } from "openapi-fetch";
import type { paths as LedgersPaths } from "../generated/ledgers.js";
import type { paths } from "../generated/people.js";
import type { CustomFetch } from "../pipeline/network.js";
import type { CallRetryOptions, TimeoutOptions } from "../pipeline/options.js";
import type { CreditBudget } from "./credit-budget.js";

/** Options of one call, besides the parameters and the body of its operation. */
export interface CallOptions extends TimeoutOptions {
  /** Serializes the body, once, also if a preview is called first. @default JSON */
  readonly bodySerializer?: RequestOptions<unknown>["bodySerializer"] | undefined;
  /** Fills in the parameters of the path; each must stay one segment. */
  readonly pathSerializer?: RequestOptions<unknown>["pathSerializer"] | undefined;
  /** Serializes the query, or says how. */
  readonly querySerializer?: RequestOptions<unknown>["querySerializer"] | undefined;
  /** How the call is retried after a transient failure; `false` for never. @default the client's `retry` */
  readonly retry?: CallRetryOptions | false | undefined;
  /** Headers of this call. An `Authorization` header is sent unchanged, and the call is not resent after a 401. */
  readonly headers?: HeadersOptions | undefined;
  /** Ends the call, whatever it waits for. */
  readonly signal?: AbortSignal | null | undefined;
  /** Replaces the client's `fetch` for this call. */
  readonly fetch?: CustomFetch | undefined;
  /** Another base URL for this call, on an origin of the API. */
  readonly baseUrl?: string | undefined;
  /** Middlewares of this call. They run after the client's. */
  readonly middleware?: readonly Middleware[] | undefined;
  /** Maximum size of the response body, in bytes after decompression. @default the client's `maxResponseSize` */
  readonly maxResponseSize?: number | undefined;
  /**
   * What to do with a redirect. `follow`: follow it if it stays within the API's origins and keeps the method. `manual`:
   * return it as the response. `error`: throw an UnexpectedStatusError.
   * @default "follow"
   */
  readonly redirect?: "error" | "follow" | "manual" | undefined;
  /** Whether the request may outlive the page or process that made it, if the platform supports that. */
  readonly keepalive?: boolean | undefined;
}

/** Options of one call that costs credits. */
export interface PaidCallOptions extends CallOptions {
  /**
   * Maximum cost of the call, in credits, or a budget to share. The free preview is called first. If the call would cost
   * more, it is not made, and a CreditLimitError says what it would cost. If the API has no preview, the maximum cost
   * counts. The timeouts apply to the preview and to the call separately.
   * @default no limit
   */
  readonly maxCredits?: CreditBudget | number | undefined;
}

type Method = "delete" | "get" | "head" | "options" | "patch" | "post" | "put" | "trace";

/** The paths that have an operation of a method. A `keyof`, so that the compiler's messages list the paths. */
type PathsWith<Paths, V extends Method> = keyof {
  [Path in keyof Paths as Paths[Path] extends Record<V, unknown> ? Path : never]: Path;
};

/** The methods that have an operation of a path. */
type MethodsOf<Operations> = keyof {
  [V in Method as Operations extends Record<V, unknown> ? V : never]: V;
};

/**
 * The type of the argument `path`. For a wrong path it says what to write instead, since the compiler's message shows it.
 */
type PathArgument<Paths, V extends Method, Path> =
  Path extends PathsWith<Paths, V>
    ? Path
    : Path extends keyof Paths
      ? `${Path & string} has no ${Uppercase<V>}: use ${Uppercase<MethodsOf<Paths[Path]>>}(${string})`
      : [TemplateOf<Path, PathsWith<Paths, V>>] extends [never]
        ? PathsWith<Paths, V>
        : TemplateOf<Path, PathsWith<Paths, V>>;

/** The template that a path has a value in, and where the value belongs. */
type TemplateOf<Path, Template> = Template extends `${infer Start}{${infer Name}}${infer End}`
  ? Path extends `${Start}${string}${End}`
    ? `${Template} with params: { path: { ${Name}: ${string} } }`
    : never
  : never;

/** The body of a request or response; `Empty` if it has none. */
type Content<Part, Empty = never> = Part extends { content: infer Media } ? Media[keyof Media] : Empty;

/** A body is sent as JSON, even if an operation takes several media types. */
type JsonOf<RequestBody> = RequestBody extends { content: { "application/json": infer Json } } ? Json : never;

type Body<Operation> = Operation extends { requestBody: infer RequestBody }
  ? { readonly body: JsonOf<RequestBody> }
  : Operation extends { requestBody?: infer RequestBody }
    ? { readonly body?: JsonOf<NonNullable<RequestBody>> | undefined }
    : { readonly body?: undefined };

type Params<Operation> = Operation extends { parameters: infer Parameters }
  ? Partial<Parameters> extends Parameters
    ? { readonly params?: Parameters | undefined }
    : { readonly params: Parameters }
  : never;

/** An operation that may return 402 costs credits. */
type Options<Operation> = Operation extends { responses: { 402: unknown } } ? PaidCallOptions : CallOptions;

type Init<Operation> = Options<Operation> & Params<Operation> & Body<Operation>;

type Success = 200 | 201 | 202 | 203 | 204 | "2XX";

type Responses<Operation> = Operation extends { responses: infer Statuses } ? Statuses : never;

/** Result of a call: `data` after a success, `error` after anything else. */
export type ServiceResult<Operation, As extends ParseAs = "json"> =
  | {
      data: As extends "json" ? ContentOf<Operation, Success, undefined> : Parsed[Exclude<As, "json">];
      error?: never;
      response: Response;
    }
  | {
      data?: never;
      /** The parsed body; a non-empty string if it is not JSON; `{}` if there is none. Never falsy. */
      error: ContentOf<Operation, Exclude<keyof Responses<Operation>, Success>> | NonEmptyString;
      response: Response;
    };

/**
 * A string that the compiler knows to be non-empty: `if (error) throw error` then leaves `data`. A template of
 * `string` alone would count as `string`.
 */
type NonEmptyString = `${string & {}}${string}`;

type ContentOf<Operation, Status, Empty = never> = Content<
  Responses<Operation>[keyof Responses<Operation> & Status],
  Empty
>;

interface Parsed {
  arrayBuffer: ArrayBuffer;
  blob: Blob;
  stream: Response["body"];
  text: string;
}

type Arguments<Operation, As extends ParseAs, Options = Init<Operation> & { readonly parseAs?: As | undefined }> =
  Partial<Options> extends Options ? [options?: Options] : [options: Options];

/** The operation of a wrong path. It takes any parameters and body, so that the compiler's message is about the path. */
interface NoOperation {
  parameters: object;
  requestBody?: { content: { "application/json": unknown } };
}

type OperationOf<Paths, Path, V extends Method, Known extends keyof Paths = Extract<Path, PathsWith<Paths, V>>> = [
  Known,
] extends [never]
  ? NoOperation
  : Paths[Known][V & keyof Paths[Known]];

/** Any string, so that a wrong path reaches {@link PathArgument}; editors suggest the right ones. */
type AnyPath<Paths, V extends Method> = PathsWith<Paths, V> | (string & {});

type CallMethod<Paths, V extends Method> = <Path extends AnyPath<Paths, V>, As extends ParseAs = "json">(
  path: PathArgument<Paths, V, Path>,
  ...options: Arguments<OperationOf<Paths, Path, V>, As>
) => Promise<ServiceResult<OperationOf<Paths, Path, V>, As>>;

/** One method for each method that has an operation: `GET`, `POST` and so on. */
type CallMethods<Paths> = {
  readonly [V in Method as [PathsWith<Paths, V>] extends [never] ? never : Uppercase<V>]: CallMethod<Paths, V>;
};

/**
 * An openapi-fetch client with its own types. Those of openapi-fetch accept a misspelt key of a body or of the options,
 * turn each named type into an anonymous one, and lose the suggestions of open strings.
 */
export type ServiceClient<Paths extends {}> = CallMethods<Paths> &
  Pick<Client<Paths>, "eject" | "use"> & {
    /** Calls an operation whose method is only known at run time. */
    readonly request: <
      V extends Method & Lowercase<keyof CallMethods<Paths> & string>,
      Path extends AnyPath<Paths, V>,
      As extends ParseAs = "json",
    >(
      method: V,
      path: PathArgument<Paths, V, Path>,
      ...options: Arguments<OperationOf<Paths, Path, V>, As>
    ) => Promise<ServiceResult<OperationOf<Paths, Path, V>, As>>;
  };

/** The calls that `paginate`, `findMany`, `lookupMany` and `count` make: pass `livedata.people`. */
export interface PeopleCalls extends Pick<ServiceClient<paths>, "POST"> {}

/** The calls that `watchContacts` makes: pass `livedata.ledgers`. */
export interface LedgersCalls extends Pick<ServiceClient<LedgersPaths>, "GET"> {}
