import type { OperationFacts } from "../generated/operation-facts.js";

/** Calls an operation by its method and path, and returns the data. */
type Request = (method: string, path: string, init: object) => Promise<unknown>;

/**
 * Makes the named methods of a service. Each takes the parameters of its path, its body if it has one, and `query` with
 * the options of the call. Their types are generated.
 *
 * @param request makes the call, and throws what `unwrap` throws
 */
export function namedMethods(request: Request, facts: Readonly<Record<string, OperationFacts>>): object {
  const methods = Object.entries(facts).map(([operation, { method: name, body: hasBody }]) => {
    const [method = "", path = ""] = operation.split(" ");
    const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, parameter = ""]) => parameter);
    // A computed member, so that a stack trace has the name.
    return {
      [name]: async (...args: readonly unknown[]) => {
        const body = hasBody ? args[names.length] : undefined;
        const { query, ...options } = (args[names.length + (hasBody ? 1 : 0)] ?? {}) as { readonly query?: unknown };
        const values = names.map((parameter, index) => [parameter, args[index]]);
        const params = { path: Object.fromEntries(values), query };
        // Awaited, so that a stack trace has this frame.
        return await request(method, path, Object.assign(options, { body, params }));
      },
    };
  });
  return Object.assign({}, ...methods);
}
