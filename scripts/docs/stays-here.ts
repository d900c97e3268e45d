import { type Application, JSX, type PageEvent, Renderer } from "typedoc";
import { CONTENT_POLICY } from "./content-policy.js";

/** Begins a link to a page that TypeDoc does not know, given from the site's root. */
export const FROM_ROOT = "site:";
/** A link to the site's home by its folder, which a browser lists where the site was opened from a disk. */
const HOME = /href="((?:\.\.\/)+)(?=[#"])/g;

/** Has the pages of the reference load nothing from elsewhere, and find the site's other pages from any depth. */
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
