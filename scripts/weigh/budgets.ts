/** What the package may weigh. A change that goes past one is to say why, here and in `docs/decisions`. */
export const budgets = {
  /** `import { createLiveData }`, minified and gzipped, openapi-fetch included, in bytes. See decision 0014. */
  bundle: 14_500,
  /** What each adds to that, for those who import it, in bytes. */
  helper: { paginate: 1_400, findMany: 2_200 },
  /** Import in a fresh process, over that of an empty module, in ms. */
  coldImport: 20,
  /** Instantiations of a program that calls the API, as a multiple of one with a bare `createClient<paths>`. */
  typeCheck: 1.3,
} as const;
