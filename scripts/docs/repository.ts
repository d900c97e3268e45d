import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { type Page, pageOf } from "./page.js";

/** Folders and files that pages link to, and that are on the site as they are. */
const FILES = ["docs/api.txt", "docs/guide", "examples", "openapi"];
const PAGES = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "NODE_VERSION_POLICY.md"];

/** Reads the Markdown pages of the repository, and makes pages of the examples. */
export function readRepositoryPages(): Page[] {
  const docs = filesIn("docs").filter((file) => file.endsWith(".md"));
  return [...[...PAGES, ...docs].map((file) => pageOf(file, readFileSync(file, "utf8"))), ...examplePages()];
}

/** Lists the files that are on the site as they are, such as the OpenAPI documents. */
export function listFiles(): string[] {
  return FILES.flatMap(filesIn).filter((file) => !file.endsWith(".md"));
}

/** A page for each example, below its README if it has one, and a page that lists them. */
function examplePages(): Page[] {
  // Programs and folders of them.
  const examples = readdirSync("examples").filter((name) => /^[\w-]+(\.ts)?$/.test(name) && name !== "node_modules");
  const pages = examples.map((name) => {
    const example = path.posix.join("examples", name);
    const isFolder = statSync(example).isDirectory();
    const [readme] = isFolder ? filesIn(example).filter((file) => file === `${example}/README.md`) : [];
    const start = readme === undefined ? `# ${example}\n` : readFileSync(readme, "utf8");
    const sources = filesIn(example).filter((file) => file.endsWith(".ts"));
    const code = sources.map(
      (file) => `\n## ${path.basename(file)}\n\n\`\`\`typescript\n${readFileSync(file, "utf8")}\`\`\`\n`,
    );
    return pageOf(isFolder ? `${example}/README.md` : `${example}.md`, start + code.join(""));
  });
  const list = pages.map(({ file, title }) => `- [${title}](${path.posix.relative("examples", file)})`);
  return [pageOf("examples/README.md", `# Examples\n\n${list.join("\n")}\n`), ...pages];
}

/** Lists the files of a folder, without the packages of an example: one of them links to the whole repository. */
function filesIn(file: string): string[] {
  if (!statSync(file).isDirectory()) return [file];
  const names = readdirSync(file)
    .filter((name) => name !== "node_modules")
    .sort();
  return names.flatMap((name) => filesIn(path.posix.join(file, name)));
}
