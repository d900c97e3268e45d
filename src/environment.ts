/** The variables that options may come from. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of the process; empty where the platform has none, as Workers do. */
export function processEnvironment(): Environment {
  const { process } = globalThis as { process?: { env?: Environment } };
  return process?.env ?? {};
}
