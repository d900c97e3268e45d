/**
 * Accesses a member of a fake by its path, so that another process can do it: calls a function, sets a
 * property if there is a value, and reads it otherwise.
 *
 * @param {any} fake the fake
 * @param {string} path path of the member, such as `failures.next`
 * @param {readonly unknown[]} args arguments of the function, or the value to set
 * @returns {any} the result of the function, or the value of the property
 */
export function control(fake, path, args) {
  const names = path.split(".");
  const last = names.pop() ?? "";
  const owner = names.reduce((value, name) => value[name], fake);
  if (typeof owner[last] === "function") return owner[last](...args);
  if (args.length > 0) owner[last] = args[0];
  return owner[last];
}
