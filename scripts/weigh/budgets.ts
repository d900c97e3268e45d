/** The budgets of the package. To raise one, say why here and in `docs/internals/decisions`. */
export const budgets = {
  /** `import { createLiveData }` with openapi-fetch, minified and gzipped, in bytes. See decision 0014. */
  bundle: 27_900,
  /** What importing each helper adds to that, in bytes. */
  helper: { paginate: 1_400, findMany: 2_400 },
  /** Everything of `./query`, minified and gzipped, in bytes. See decision 0022. */
  query: 2_500,
  /** Import in a fresh process, minus the import of an empty module, in ms. */
  coldImport: 20,
  /** Type instantiations of a program that calls the API, relative to the same with a bare `createClient<paths>`. */
  typeCheck: 1.3,
} as const;
