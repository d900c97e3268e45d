import { parse } from "es-module-lexer/minimal/js";

/** The exports of a module. */
type Exports = Readonly<Record<string, unknown>>;

/** Where the modules that examples import are kept. A module made from text reaches nothing but globals. */
const KEPT = "livedataModules";

/**
 * Makes modules that examples can import, each from text, at a `blob:` URL.
 *
 * @returns their URLs, by the name that examples import
 */
export function makeModules(modules: Readonly<Record<string, Exports>>): ReadonlyMap<string, string> {
  Object.defineProperty(globalThis, KEPT, { value: modules });
  return new Map(
    Object.entries(modules).map(([name, exports]) => {
      const names = Object.keys(exports).filter((key) => key !== "default");
      const lines = [
        `const exports = ${KEPT}[${JSON.stringify(name)}];`,
        `export const { ${names.join(", ")} } = exports;`,
        "default" in exports ? "export default exports.default;" : "",
      ];
      return [name, urlOf(lines.join("\n"))];
    }),
  );
}

/** Replaces URLs of modules by their names, as in messages of the browser. */
export function unlink(text: string, urls: ReadonlyMap<string, string>): string {
  return [...urls].reduce((named, [name, url]) => named.replaceAll(url, name), text);
}

/** Returns the `blob:` URL of a script. */
export function urlOf(code: string): string {
  return URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
}

/**
 * Replaces the names of modules that code imports by their URLs. Lines and columns of everything before them stay.
 *
 * @throws Error if it imports a module that is not there
 */
export function link(code: string, urls: ReadonlyMap<string, string>): string {
  let linked = "";
  let end = 0;
  for (const { n: name, s: from, e: to, d: kind } of importsOf(code)) {
    // `import.meta` and `import(expression)` name no module.
    if (name === undefined) continue;
    const url = urls.get(name);
    if (url === undefined) throw notFound(name, [...urls.keys()]);
    linked += code.slice(end, from) + (kind === -1 ? url : JSON.stringify(url));
    end = to;
  }
  return linked + code.slice(end);
}

function importsOf(code: string): ReturnType<typeof parse>[0] {
  try {
    return parse(code)[0];
  } catch {
    // The browser says better what is wrong.
    return [];
  }
}

function notFound(name: string, known: readonly string[]): Error {
  const error = new Error(`Cannot find module '${name}'. In this page, examples can import ${known.join(", ")}.`);
  return Object.assign(error, { code: "ERR_MODULE_NOT_FOUND" });
}
