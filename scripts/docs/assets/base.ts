/**
 * Finds the root of the site for the page of addresses that do not exist, whose links would otherwise start from any of
 * them. The guess is the folder above the last one that the site has, too. If no styles are there, all folders above the
 * address are tried, from the nearest.
 */
const { pathname } = location;
const [own = "/"] = /^.*\//.exec(pathname) ?? [];
const base = document.createElement("base");
base.href = /^(.*\/)(?:docs|openapi|sdk|examples|assets)\//.exec(pathname)?.[1] ?? own;
document.head.prepend(base);

let isMissing = false;
const note = ({ target }: Event) => {
  isMissing ||= target instanceof HTMLLinkElement;
};
addEventListener("error", note, { capture: true });

addEventListener("load", async () => {
  if (!isMissing) return;
  for (let folder = own; folder !== ""; folder = folder.replace(/[^/]*\/$/, "")) {
    if (!(await isRoot(folder))) continue;
    base.href = folder;
    loadAgain();
    return;
  }
});

function isRoot(folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const icon = new Image();
    icon.onload = () => resolve(true);
    icon.onerror = () => resolve(false);
    icon.src = `${folder}assets/icon.svg`;
  });
}

function loadAgain(): void {
  for (const link of document.querySelectorAll("head > link")) link.replaceWith(link.cloneNode());
  for (const script of document.querySelectorAll("head > script[src]")) {
    const copy = document.createElement("script");
    for (const { name, value } of script.attributes) copy.setAttribute(name, value);
    script.replaceWith(copy);
  }
}
