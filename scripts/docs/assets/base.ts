/**
 * Finds the root of the site for the page of addresses that do not exist, whose links would otherwise start from any of
 * them: it is above the first folder that the site has.
 */
const root = /^(.*?\/)(?:docs|openapi|sdk|examples|assets)\//.exec(location.pathname)?.[1];
const base = document.createElement("base");
base.href = root ?? location.pathname.replace(/[^/]*$/, "");
document.head.prepend(base);
