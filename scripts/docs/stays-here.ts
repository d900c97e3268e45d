import { type Application, JSX, type PageEvent, Renderer } from "typedoc";
import { CONTENT_POLICY } from "./content-policy.js";

/** Prefix of a link to a page that TypeDoc does not know, relative to the site's root. */
export const FROM_ROOT = "site:";
/** A link to the home page by its folder. If the site was opened from a disk, a browser would list the folder. */
const HOME = /href="((?:\.\.\/)+)(?=[#"])/g;

/** Makes the pages of the reference load nothing from other sites, and link to the site's other pages from any depth. */
export function staysHere(app: Application): void {
  app.renderer.hooks.on("head.begin", () =>
    JSX.createElement("meta", { "http-equiv": "Content-Security-Policy", content: CONTENT_POLICY }),
  );
  app.renderer.on(Renderer.EVENT_END_PAGE, (page: PageEvent) => {
    const up = "../".repeat(page.url.split("/").length - 1);
    if (page.contents === undefined) return;
    page.contents = page.contents.replaceAll(`"${FROM_ROOT}`, `"${up}`).replaceAll(HOME, 'href="$1index.html');
  });
}
