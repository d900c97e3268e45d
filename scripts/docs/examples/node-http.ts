/** Stands for `node:http` in the bundle for browsers. */
export function createServer(): never {
  throw new Error("A browser cannot listen: `listen` needs Node");
}
