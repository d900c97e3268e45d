import { type Service, servicePaths } from "../base-urls.js";
import type { operations as CompanyOperations } from "../generated/companies.js";
import type { operations as IdentityOperations } from "../generated/identity.js";
import type { operations as LedgerOperations } from "../generated/ledgers.js";
import type { operations as PeopleOperations } from "../generated/people.js";
import type { ReceivedBody } from "./read-body.js";
import { Refusal, type Reply } from "./reply.js";

/** The operations that the fake implements, by their `operationId` in the OpenAPI documents. */
export type FakeOperation =
  | keyof IdentityOperations
  | keyof PeopleOperations
  | keyof CompanyOperations
  | Exclude<keyof LedgerOperations, "onJobChanged">;

/** A request as an operation sees it. */
export interface RoutedRequest {
  readonly received: ReceivedBody;
  readonly query: URLSearchParams;
  /** Returns a path parameter, decoded. @throws {Refusal} 400 if it is not correctly percent-encoded. */
  param(name: string): string;
}

/** An operation, its method and path, and its implementation. */
export interface Route {
  readonly operation: FakeOperation;
  readonly service: Service;
  readonly method: "GET" | "POST";
  /** Path within the service, with `{parameters}`, as in the OpenAPI documents. */
  readonly path: string;
  /** Whether it needs no token. @default false */
  readonly isPublic?: boolean;
  readonly run: (request: RoutedRequest) => Reply;
}

/** The route of a request, and its path parameters, still encoded. */
export interface RouteMatch {
  readonly route: Route;
  readonly params: ReadonlyMap<string, string>;
}

/**
 * Finds the route of a request. `HEAD` has the route of `GET`.
 *
 * @throws {Refusal} 404 if the path is unknown, 405 if the path has no such method.
 */
export function findRoute(routes: readonly Route[], method: string, pathname: string): RouteMatch {
  const matches = routes.flatMap((route) => {
    const params = matchPath(servicePaths[route.service] + route.path, pathname);
    return params === undefined ? [] : [{ route, params }];
  });
  if (matches.length === 0) throw new Refusal(404, `Unknown path ${pathname}`);
  const wanted = method === "HEAD" ? "GET" : method;
  const match = matches.find(({ route }) => route.method === wanted);
  if (match !== undefined) return match;
  const allowed = matches.flatMap(({ route }) => (route.method === "GET" ? ["GET", "HEAD"] : [route.method]));
  throw new Refusal(405, `Method ${method} is not allowed`, { Allow: allowed.join(", ") });
}

function matchPath(template: string, pathname: string): Map<string, string> | undefined {
  const [names, values] = [template.split("/"), pathname.split("/")];
  if (names.length !== values.length) return undefined;
  const params = new Map<string, string>();
  for (const [index, part] of names.entries()) {
    const value = values[index] ?? "";
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name === undefined && part === value) continue;
    if (name === undefined || value === "") return undefined;
    params.set(name, value);
  }
  return params;
}

/** Creates what an operation sees of a request. */
export function toRoutedRequest(received: ReceivedBody, url: URL, { params }: RouteMatch): RoutedRequest {
  return {
    received,
    query: url.searchParams,
    param(name) {
      try {
        return decodeURIComponent(params.get(name) ?? "");
      } catch {
        throw new Refusal(400, `${name} in the path is not correctly percent-encoded`);
      }
    },
  };
}
