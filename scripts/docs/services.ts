import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { parse } from "yaml";
import { readApis } from "../generate/config.js";
import { CONTENT_POLICY } from "./content-policy.js";

const CLI = createRequire(import.meta.url).resolve("@redocly/cli/bin/cli.js");
const TEMPLATE = "scripts/docs/service-page.hbs";
/** The documents' extensions: how a fact is known, which role is needed, what may be repeated. */
const EXTENSIONS = ["x-evidence", "x-role", "x-idempotent"];
/** An image that each page would load from Redocly's servers. */
const LOGO = /https:\/\/cdn\.redoc\.ly\/redoc\/logo-mini(-full)?\.svg/g;
const LOGO_HERE =
  "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' width='46' height='16'><text y='12' font-family='sans-serif' font-size='11' fill='gray'>Redocly</text></svg>";
/** Navigation links before the page's script runs, as if this page were the whole site. */
const ROUTE = /<a ([^>]*)href="\/([^"]*)"/g;

/** The notice that the command line prints about itself and Node. */
const NOTICE = /^ *[╔║╚].*\n/gm;

const run = promisify(execFile);

/** A service of the API, as its OpenAPI document describes it. */
export interface Service {
  readonly name: string;
  /** Text of links to it. */
  readonly label: string;
  /** First sentence of its description. */
  readonly summary: string;
  /** Path of its page, from the site's root. */
  readonly page: string;
}

/** Returns all services. */
export function readServices(): Service[] {
  return readApis(".").map(({ name, root }) => {
    const { info } = parse(readFileSync(root, "utf8"));
    return { name, label: label(name), summary: firstSentence(String(info.description)), page: `api/${name}.html` };
  });
}

function firstSentence(text: string): string {
  return (/^.*?[.](?=\s)/s.exec(text)?.[0] ?? text).replaceAll("\n", " ");
}

function label(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/**
 * Writes a page for each service.
 *
 * @param site the folder of the site
 * @returns the problems found
 */
export async function writeServicePages(site: string): Promise<string[]> {
  const services = readServices();
  const problems: string[] = [];
  for (const service of services) {
    const file = `${site}/${service.page}`;
    const failure = await build(service, file);
    if (failure !== undefined) problems.push(`openapi: no page for ${service.name}: ${failure}`);
    else problems.push(...finish(service, file, services));
  }
  return problems;
}

function build({ name }: Service, file: string): Promise<string | undefined> {
  const openapi = JSON.stringify({ showExtensions: EXTENSIONS });
  // Scripts go into the page, because a browser does not load modules from a disk.
  const args = [name, "--inlineBundle", `--template=${TEMPLATE}`, `--openapi=${openapi}`, `--output=${file}`];
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", NO_COLOR: "1" };
  return run(process.execPath, [CLI, "build-docs", ...args], { env }).then(
    () => undefined,
    (error: { stderr?: string }) => (error.stderr ?? String(error)).replace(NOTICE, "").trim(),
  );
}

/** Removes what would load from or report to another site, and adds the site's navigation. */
function finish({ name }: Service, file: string, services: readonly Service[]): string[] {
  const links = services.map((one) => {
    const here = one.name === name ? ' aria-current="page"' : "";
    return `<a href="${one.name}.html"${here}>${one.label}</a>`;
  });
  const page = readFileSync(file, "utf8")
    .replace("SERVICES", () => links.join(" "))
    .replace("CONTENT_POLICY", () => CONTENT_POLICY)
    .replace(LOGO, () => LOGO_HERE)
    .replace(ROUTE, '<a $1href="#/$2"');
  writeFileSync(file, page);
  return page.includes('"disableTelemetry":true') ? [] : [`${file} would report its readers to Redocly`];
}
