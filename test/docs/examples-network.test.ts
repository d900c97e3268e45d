import { createServer } from "node:net";
import { expect, test } from "vitest";
import { closeBrowser, edit, listen, openPage, serveExamples } from "./examples-site.js";

test("the code of an example reaches neither the network nor the site", async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.end();
  });
  const port = await listen(server);
  const site = await serveExamples(["console.log(1);\n"]);
  const { example, run } = await openPage(site.url);
  await run(0);
  const before = [...site.requested];
  await edit(example(0), attempts([`http://127.0.0.1:${port}/`, new URL("probe.js", site.url).href]));
  const { output } = await run(0);
  expect(output.split("\n")).toEqual(Array(16).fill(expect.stringMatching(/ refused$/)));
  expect(connections).toBe(0);
  expect(site.requested).toEqual(before);
  await closeBrowser();
  await site.close();
  await new Promise((done) => server.close(done));
});

/** Returns code that tries to reach URLs in every way that a worker has, and prints a line for each. */
function attempts(urls: readonly string[]): string {
  return `const urls = ${JSON.stringify(urls)};
const opened = (target) => new Promise((resolve, reject) => {
  target.onopen = target.onmessage = resolve;
  target.onerror = (event) => {
    event.preventDefault();
    reject(event);
  };
});
const request = (url) => {
  const xhr = new XMLHttpRequest();
  xhr.open("GET", url, false);
  xhr.send();
};
const nested = (code) => opened(new Worker(URL.createObjectURL(new Blob([code]))));
const ways = {
  fetch: (url) => WorkerGlobalScope.prototype.fetch.call(self, url, { mode: "no-cors" }),
  XMLHttpRequest: request,
  WebSocket: (url) => opened(new WebSocket(url.replace("http", "ws"))),
  EventSource: (url) => opened(new EventSource(url)),
  importScripts: (url) => importScripts(url),
  import: (url) => import(url),
  Worker: (url) => opened(new Worker(url)),
  "fetch of a worker's worker": (url) =>
    nested(\`fetch(\${JSON.stringify(url)}, { mode: "no-cors" }).then(() => postMessage("reached"), (error) => setTimeout(() => { throw error; }))\`),
};
for (const [name, way] of Object.entries(ways)) {
  for (const url of urls) {
    try {
      await way(url);
      console.log(name, "reached", url);
    } catch (error) {
      console.log(name, error?.name, error?.message, "refused");
    }
  }
}
`;
}
