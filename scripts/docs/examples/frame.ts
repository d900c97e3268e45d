/**
 * The frame in which an example's worker runs: a document with an origin of its own, so that no code reaches the site's
 * storage, and with a policy that lets it load nothing but text that it was given. Its worker inherits both.
 */
export const FRAME_POLICY = "default-src 'none'; script-src 'unsafe-inline' blob:; worker-src blob:";

/**
 * Starts the worker. Then tells it where code does not parse, if it asks: browsers tell that only to documents. The code
 * gets an import that fails, so that none of it runs here. The page's policy names this script by its hash.
 */
export const FRAME_SCRIPT = `
const urlOf = (code) => URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
addEventListener("message", ({ data, ports }) => {
  const worker = new Worker(urlOf(data.worker));
  worker.postMessage(data.code, ports);
  worker.onmessage = ({ data: code }) => {
    const reply = ({ lineno, colno }) => worker.postMessage({ line: lineno, column: colno });
    const script = document.createElement("script");
    script.type = "module";
    script.src = urlOf(code + '\\nimport "blob:";');
    script.onerror = reply;
    addEventListener("error", reply);
    document.head.append(script);
  };
}, { once: true });
`;

/** The document. */
export const FRAME = `<meta http-equiv="Content-Security-Policy" content="${FRAME_POLICY}"><script>${FRAME_SCRIPT}</script>`;
