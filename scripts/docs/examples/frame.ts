/**
 * The frame in which an example's worker runs: a document with an origin of its own, so that no code reaches the site's
 * storage, and with a policy that lets it load nothing but text that it was given. Its worker inherits both.
 */
export const FRAME_POLICY = "default-src 'none'; script-src 'unsafe-inline' blob:; worker-src blob:";

/** Starts the worker. The page's policy names this script by its hash. */
export const FRAME_SCRIPT = `
addEventListener("message", ({ data: { worker, code }, ports }) => {
  const url = URL.createObjectURL(new Blob([worker], { type: "text/javascript" }));
  new Worker(url).postMessage(code, ports);
}, { once: true });
`;

/** The document. */
export const FRAME = `<meta http-equiv="Content-Security-Policy" content="${FRAME_POLICY}"><script>${FRAME_SCRIPT}</script>`;
