import type { SearchEntry } from "../search.js";
import { createIndex, find } from "./find.js";

declare global {
  interface Window {
    searchEntries?: readonly SearchEntry[];
  }
}

const root = document.currentScript?.dataset["root"] || "./";
const element = <T extends Element>(selector: string) => document.querySelector<T>(selector);

chooseTheme(element<HTMLButtonElement>("button.theme"));
addSearch(element<HTMLButtonElement>("button.search"));
addCopyButtons();
addEventListener("resize", nameScrolling);
document.addEventListener("toggle", nameScrolling, { capture: true });
nameScrolling();
showCurrentPage(element("#navigation"), element("#navigation [aria-current]"));

function chooseTheme(button: HTMLButtonElement | null): void {
  if (!button) return;
  const page = document.documentElement;
  const isDark = () =>
    page.dataset["theme"] ? page.dataset["theme"] === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    page.dataset["theme"] = isDark() ? "light" : "dark";
    localStorage.setItem("theme", page.dataset["theme"]);
    show();
  });
  button.hidden = false;
  show();
}

/** Scrolls the navigation, and nothing else. */
function showCurrentPage(navigation: Element | null, current: Element | null): void {
  if (!navigation || !current) return;
  const { top } = current.getBoundingClientRect();
  if (top > innerHeight * 0.8) navigation.scrollTop = top - innerHeight / 2;
}

/** Lets the keyboard scroll what does not fit, and says what it is: the heading above. Nothing else is a stop. */
function nameScrolling(): void {
  let heading = document.title;
  for (const part of document.querySelectorAll("article :is(h1, h2, h3, h4, .table, pre)")) {
    if (/^H\d$/.test(part.tagName)) heading = part.firstChild?.textContent ?? heading;
    else if (part.scrollWidth > part.clientWidth) {
      part.setAttribute("tabindex", "0");
      part.setAttribute("role", "region");
      part.setAttribute("aria-label", `${part.tagName === "PRE" ? "Code" : "Table"}: ${heading}`);
    } else for (const name of ["tabindex", "role", "aria-label"]) part.removeAttribute(name);
  }
}

function addCopyButtons(): void {
  if (!navigator.clipboard) return;
  for (const block of document.querySelectorAll(".code > pre, .example-code > pre")) {
    const button = document.createElement("button");
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(block.textContent);
      button.textContent = "Copied";
    });
    block.after(button);
  }
}

function addSearch(button: HTMLButtonElement | null): void {
  if (!button) return;
  const dialog = document.createElement("dialog");
  dialog.className = "search";
  dialog.setAttribute("aria-label", "Search");
  dialog.innerHTML = `<input type="text" inputmode="search" aria-label="Search the documentation" placeholder="Search guides, the API and the SDK" autocomplete="off" spellcheck="false"><p role="status"></p><ul></ul>`;
  document.body.append(dialog);
  const input = dialog.querySelector("input") as HTMLInputElement;
  const list = dialog.querySelector("ul") as HTMLUListElement;
  const status = dialog.querySelector("p") as HTMLParagraphElement;
  let index: Promise<ReturnType<typeof createIndex>> | undefined;

  const open = () => {
    dialog.showModal();
    input.select();
    void search();
  };
  const search = async () => {
    const query = input.value.trim();
    // A failure is told, and the next key tries again.
    index ??= loadIndex();
    const results = await index.then(
      (loaded) => (query === "" ? [] : find(loaded, query)),
      () => {
        index = undefined;
        return undefined;
      },
    );
    if (query !== input.value.trim()) return;
    list.replaceChildren(...(results ?? []).map((result) => resultItem(result, query)));
    status.textContent = statusOf(query, results);
  };
  const move = (step: number) => {
    const stops = [input, ...list.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement as HTMLElement as HTMLAnchorElement);
    stops[Math.max(0, Math.min(stops.length - 1, at + step))]?.focus();
  };

  button.hidden = false;
  button.addEventListener("click", open);
  input.addEventListener("input", search);
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog || (target as Element).closest("a")) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    }
    if (event.key === "Enter" && document.activeElement === input) {
      void search().then(() => list.querySelector("a")?.click());
    }
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = (event.target as Element).matches("input, textarea, [contenteditable]");
    const isShortcut = event.key === "/" || (event.key === "k" && (event.metaKey || event.ctrlKey));
    if (!isShortcut || isTyping || dialog.open) return;
    event.preventDefault();
    open();
  });
}

/** @param results undefined if the texts did not load */
function statusOf(query: string, results: readonly unknown[] | undefined): string {
  if (results === undefined) return "The search did not load. Check your connection and try again.";
  if (query === "") return "";
  return results.length > 0 ? `${results.length} results` : `Nothing found for “${query}”`;
}

/** Loads the texts as a script: a page opened from a disk cannot fetch. */
async function loadIndex(): Promise<ReturnType<typeof createIndex>> {
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${root}assets/search.js`;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
  return createIndex(window.searchEntries ?? []);
}

function resultItem(result: ReturnType<typeof find>[number], query: string): HTMLLIElement {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = root + result.id;
  const title = document.createElement("strong");
  title.textContent = result["heading"];
  const place = document.createElement("small");
  place.textContent = `${result["group"]} · ${result["page"]}`;
  const text = document.createElement("span");
  text.textContent = excerpt(result["text"], query);
  link.append(title, place, text);
  item.append(link);
  return item;
}

/** The words around the first that was asked for. */
function excerpt(text: string, query: string): string {
  const at = text.toLowerCase().indexOf(query.toLowerCase().split(/\s+/)[0] ?? "");
  const start = Math.max(0, at - 40);
  return `${start > 0 ? "…" : ""}${text.slice(start, start + 160)}`;
}
