/**
 * Asks or changes something of an embedded API by the path of a member, so that it can be done from afar: calls a
 * function, sets a property where there is a value for it, and reads it otherwise.
 *
 * @param {any} fake the embedded API
 * @param {string} path such as `failures.next`
 * @param {readonly unknown[]} args what to call or set it with
 * @returns {any} what came of it
 */
export function control(fake, path, args) {
  const names = path.split(".");
  const last = names.pop() ?? "";
  const owner = names.reduce((value, name) => value[name], fake);
  if (typeof owner[last] === "function") return owner[last](...args);
  if (args.length > 0) owner[last] = args[0];
  return owner[last];
}
