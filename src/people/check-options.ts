import { ConfigurationError } from "../errors/configuration-error.js";

/**
 * Refuses an option that is not a count.
 *
 * @param option its name
 * @param value what was given
 * @param least the smallest that makes sense
 * @throws a ConfigurationError that names the option
 */
export function checkCount(option: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new ConfigurationError(`\`${option}\` must be a whole number, ${least} or more`);
}

/**
 * Refuses an option that is no limit: a count, or Infinity for none.
 *
 * @param option its name
 * @param value what was given
 * @throws a ConfigurationError that names the option
 */
export function checkLimit(option: string, value: number): void {
  if (value !== Infinity) checkCount(option, value, 0);
}
