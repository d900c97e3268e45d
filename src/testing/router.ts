import { type Service, servicePaths } from "../base-urls.js";
import type { operations as CompanyOperations } from "../generated/companies.js";
import type { operations as IdentityOperations } from "../generated/identity.js";
import type { operations as LedgerOperations } from "../generated/ledgers.js";
import type { operations as PeopleOperations } from "../generated/people.js";
import type { ReceivedBody } from "./read-body.js";
import { Refusal, type Reply } from "./reply.js";

/** The operations of the documents that the embedded API answers, by their `operationId`. */
export type FakeOperation =
  | keyof IdentityOperations
  | keyof PeopleOperations
  | keyof CompanyOperations
  | Exclude<keyof LedgerOperations, "onJobChanged">;

/** One request, taken apart. */
export interface Call {
  readonly received: ReceivedBody;
  readonly query: URLSearchParams;
  /** Reads a variable of the operation's path. */
  param(name: string): string;
}

/** An operation and where it answers. */
export interface Route {
  readonly operation: FakeOperation;
  readonly service: Service;
  readonly method: "GET" | "POST";
  /** Path within the service, with `{variables}`, as the documents have it. */
  readonly path: string;
  /** Whether it answers without a token. @default false */
  readonly isPublic?: boolean;
  readonly run: (call: Call) => Reply;
}

/** A route that a request was for, and the variables in its path. */
export interface RouteMatch {
  readonly route: Route;
  readonly params: ReadonlyMap<string, string>;
}

/**
 * Finds the route of a request. `HEAD` is answered as `GET` is.
 *
 * @throws {Refusal} 404 if the path is not known, 405 if it is but not with this method.
 */
export function findRoute(routes: readonly Route[], method: string, pathname: string): RouteMatch {
  const matches = routes.flatMap((route) => {
    const params = matchPath(servicePaths[route.service] + route.path, pathname);
    return params === undefined ? [] : [{ route, params }];
  });
  if (matches.length === 0) throw new Refusal(404, `There is nothing at ${pathname}`);
  const wanted = method === "HEAD" ? "GET" : method;
  const match = matches.find(({ route }) => route.method === wanted);
  if (match !== undefined) return match;
  const allowed = matches.flatMap(({ route }) => (route.method === "GET" ? ["GET", "HEAD"] : [route.method]));
  throw new Refusal(405, `${method} is not possible here`, { Allow: allowed.join(", ") });
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

/** Takes a request apart. */
export function toCall(received: ReceivedBody, url: URL, { params }: RouteMatch): Call {
  return {
    received,
    query: url.searchParams,
    param(name) {
      try {
        return decodeURIComponent(params.get(name) ?? "");
      } catch {
        throw new Refusal(400, `${name} in the path is not percent-encoded properly`);
      }
    },
  };
}
