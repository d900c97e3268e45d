import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

interface Manifest {
  readonly repository?: unknown;
}

/** A Markdown file of the package. */
interface Page {
  /** Its path in the package. */
  readonly file: string;
  readonly text: string;
}

const manifest: Manifest = JSON.parse(readFileSync("package.json", "utf8"));
const packed = packedFiles();
const pages = packed.filter((file) => file.endsWith(".md")).map(readPage);

describe("links in the packed Markdown files", () => {
  it("are found in the README and the guide", () => {
    expect(pages.map(({ file }) => file)).toEqual(expect.arrayContaining(["README.md", "docs/guide/README.md"]));
    expect(pages.flatMap(({ text }) => linksIn(text)).length).toBeGreaterThan(50);
  });

  it("lead to packed files and to headings that exist", () => {
    expect(pages.flatMap((page) => brokenLinks(page, pages, packed))).toEqual([]);
  });

  it("are absolute in the README once package.json has a repository", () => {
    expect(relativeLinks(readPage("README.md"), manifest)).toEqual([]);
  });
});

describe("the check itself", () => {
  const guide: Page = {
    file: "docs/guide/auth.md",
    text: "# Authentication\n\n## `expiresAt` & more\n\n## More\n\n## More",
  };
  const readme = (link: string): Page => ({ file: "README.md", text: `See [this](${link}).` });
  const broken = (link: string) =>
    brokenLinks(readme(link), [readme(link), guide], ["README.md", guide.file, "examples/fastify/app.ts"]);

  it.each([
    "docs/guide/auth.md",
    "docs/guide/auth.md#expiresat--more",
    "docs/guide/auth.md#more-1",
    "examples",
    "https://example.com",
  ])("accepts %s", (link) => {
    expect(broken(link)).toEqual([]);
  });

  it.each([
    ["docs/internals/architecture.md", "is not in the package"],
    ["docs/guide/auth.md#gone", "has no such heading"],
    ["#gone", "has no such heading"],
  ])("reports %s", (link, problem) => {
    expect(broken(link)).toEqual([expect.stringContaining(problem)]);
  });

  it("ignores what looks like a link in a block of code", () => {
    expect(linksIn("```ts\nconst link = '[a](b.md)';\n```\nand `[c](d.md)`")).toEqual([]);
  });

  it("asks for absolute links once there is a repository", () => {
    expect(relativeLinks(readme("docs/guide/auth.md"), {})).toEqual([]);
    expect(relativeLinks(readme("docs/guide/auth.md"), { repository: "github:example/sdk" })).toEqual([
      expect.stringContaining("make it absolute"),
    ]);
    expect(relativeLinks(readme("https://example.com/docs"), { repository: "github:example/sdk" })).toEqual([]);
  });
});

function packedFiles(): string[] {
  const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { encoding: "utf8" });
  const [tarball]: { files: { path: string }[] }[] = JSON.parse(output);
  return (tarball?.files ?? []).map((file) => file.path);
}

function readPage(file: string): Page {
  return { file, text: readFileSync(file, "utf8") };
}

function brokenLinks({ file, text }: Page, pages: readonly Page[], packed: readonly string[]): string[] {
  return linksIn(text).flatMap((link) => {
    if (isAbsolute(link)) return [];
    const [target = "", anchor] = link.split("#");
    const to = target === "" ? file : path.posix.join(path.posix.dirname(file), target).replace(/\/$/, "");
    if (!packed.some((name) => name === to || name.startsWith(`${to}/`))) {
      return [
        `${file} links to ${link}, which is not in the package: add it to \`files\` in package.json, or remove the link`,
      ];
    }
    const page = pages.find((page) => page.file === to);
    if (anchor === undefined || (page && anchorsOf(page.text).has(anchor))) return [];
    return [`${file} links to ${link}, which has no such heading`];
  });
}

/** Relative links of the README resolve on a package's page only if the registry guesses where the repository is. */
function relativeLinks({ file, text }: Page, { repository }: Manifest): string[] {
  if (repository === undefined) return [];
  const relative = linksIn(text).filter((link) => !isAbsolute(link) && !link.startsWith("#"));
  return relative.map(
    (link) =>
      `${file} links to ${link}: package.json has a repository now, so make it absolute (repository URL + path)`,
  );
}

function linksIn(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^()\s]+)\)/g)].map(([, link = ""]) => link);
}

/** The anchors that GitHub makes of headings. */
function anchorsOf(text: string): Set<string> {
  const counts = new Map<string, number>();
  const headings = text.replace(/^```.*?^```$/gms, "").matchAll(/^#{1,6} +(.+)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) => {
      const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
      const slug = words.replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
      const count = counts.get(slug) ?? 0;
      counts.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    }),
  );
}

function withoutCode(text: string): string {
  return text.replace(/^```.*?^```$/gms, "").replace(/`[^`\n]*`/g, "");
}

function isAbsolute(link: string): boolean {
  return /^[a-z][a-z+.-]*:/i.test(link);
}
