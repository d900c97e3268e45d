import type { OperationFacts } from "../generated/operation-facts.js";
import { dataOf, type PlainResult } from "./unwrap.js";

/** Calls an operation by its method and path. */
type Request = (method: string, path: string, init: object) => Promise<PlainResult>;

/**
 * Makes the named methods of a service. Each takes the parameters of its path, its body if it has one, and `query` with
 * the options of the call. Their types are generated.
 *
 * @param request makes the call, and may throw
 * @returns functions that return the data, and throw what `unwrap` throws
 */
export function namedMethods(request: Request, facts: Readonly<Record<string, OperationFacts>>): object {
  const methods = Object.entries(facts).map(([operation, { method: name, body: hasBody }]) => {
    const [method = "", path = ""] = operation.split(" ");
    const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, parameter = ""]) => parameter);
    // A computed member, so that a stack trace has the name.
    return {
      [name]: async (...args: readonly unknown[]) => {
        const values = names.map((parameter, index) => [parameter, args[index]]);
        const rest = args.slice(names.length);
        const body = hasBody ? rest.shift() : undefined;
        const { query, ...options } = (rest[0] ?? {}) as { readonly query?: unknown };
        const params = { path: Object.fromEntries(values), query };
        return dataOf(await request(method, path, { ...options, body, params }));
      },
    };
  });
  return Object.assign({}, ...methods);
}
