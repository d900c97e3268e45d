import { FRONT_PAGE, type Page } from "./page.js";

/** Pages under one heading of the navigation. */
export interface Group {
  readonly title: string;
  readonly pages: readonly Page[];
  /** Whether its pages lead to one another, and to those of the next group. */
  readonly isSequence?: boolean;
}

const GUIDE: readonly (readonly [title: string, pages: readonly string[]])[] = [
  ["Start", ["quick-start", "README", "auth", "configuration", "calls"]],
  ["Find people", ["searching", "filters", "cli"]],
  ["Follow job changes", ["webhooks"]],
  ["Test", ["testing"]],
  ["Run in production", ["errors", "retries-and-timeouts", "telemetry", "fleet", "platforms"]],
  ["Know what you rely on", ["what-is-known", "drift", "benchmarks"]],
];

const SERVICES = ["README", "people", "companies", "ledgers", "identity"];

/** The rest, by where it is. The first match applies. */
const FOLDERS: readonly (readonly [title: string, files: RegExp])[] = [
  ["SDK", /^sdk\/(?:\w+\/)?README\.md$/],
  ["Examples", /^examples\//],
  ["Project", /^\w+\.md$/],
  ["Internals", /^docs\/internals\/[\w-]+\.md$/],
  ["Decisions", /^docs\/internals\/decisions\//],
];

/** Sorts pages into the groups of the navigation. Those of single exports of the SDK are in none. */
export function navigate(pages: ReadonlyMap<string, Page>): { groups: Group[]; problems: string[] } {
  const find = (files: readonly string[]) => files.map((file) => pages.get(file)).filter((page) => page !== undefined);
  const groups: Group[] = [
    ...GUIDE.map(([title, names]) => ({
      title,
      pages: find(names.map((name) => `docs/guide/${name}.md`)),
      isSequence: true,
    })),
    { title: "API", pages: find(SERVICES.map((name) => `openapi/${name}.md`)), isSequence: true },
    ...FOLDERS.map(([title, files]) => ({ title, pages: [...pages.values()].filter(({ file }) => files.test(file)) })),
  ];
  const listed = new Set(groups.flatMap((group) => group.pages));
  const problems = [...pages.values()]
    .filter((page) => !listed.has(page) && page.file !== FRONT_PAGE && !page.file.startsWith("sdk/"))
    .map(({ file }) => `${file} is in no group of scripts/docs/navigation.ts`);
  return { groups, problems };
}
