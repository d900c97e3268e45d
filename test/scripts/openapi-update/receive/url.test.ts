import { once } from "node:events";
import { createServer as createPlainServer, type RequestListener, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCertificate } from "./certificate.js";
import { createSandbox, SMALL, withSchemas } from "./sandbox.js";

const { key, cert } = createCertificate();
const TRUSTED = { ca: cert };
const SECRETS = "me:pass@";
const MEBIBYTE = Buffer.alloc(1024 * 1024, "# a\n");

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The host of a server with a certificate that `TRUSTED` trusts. */
function serve(listener: RequestListener): Promise<string> {
  const server = createServer({ key, cert }, listener);
  onTestFinished(() => server.closeAllConnections());
  return listen(server);
}

/** Serves each path's text, and 404 for all else. */
function serveFiles(files: Readonly<Record<string, string>>): Promise<string> {
  return serve(({ url = "" }, response) => {
    const text = files[url];
    response.writeHead(text === undefined ? 404 : 200, { "content-type": "text/plain" }).end(text);
  });
}

/** What a document at `/people.yaml` is refused with, the host written as `host`. */
async function refusalOf(answer: (response: ServerResponse, url: string) => void): Promise<string[]> {
  await using sandbox = createSandbox();
  const host = await serve(({ url = "" }, response) => answer(response, url));
  const lines = await sandbox.refusal(`https://${SECRETS}${host}/people.yaml?token=t`, TRUSTED);
  expect(lines.join()).not.toMatch(/me:|pass|token/);
  return lines.map((line) => line.replaceAll(host, "host"));
}

const PLACE = "https://host/people.yaml:1:1";

describe("a document at a URL", () => {
  it("is received, and its name leaves out the secrets of the URL", async () => {
    await using sandbox = createSandbox();
    const seen: unknown[] = [];
    const host = await serve(({ url, headers }, response) => {
      seen.push(url, headers.authorization);
      response.end(SMALL);
    });
    const { entry, from, files } = await sandbox.receive(`https://${SECRETS}${host}/v1/people?token=t`, TRUSTED);
    expect({ entry, from, files }).toEqual({
      entry: "people",
      from: `https://${host}/v1/people`,
      files: { people: SMALL },
    });
    expect(seen).toEqual(["/v1/people?token=t", `Basic ${Buffer.from("me:pass").toString("base64")}`]);
  });

  it("is received with the files it references on the same server, each fetched once and without the query", async () => {
    await using sandbox = createSandbox();
    const seen: string[] = [];
    const files: Record<string, string> = {
      "/v1/api/people.yaml?token=t": withSchemas(
        "A: {$ref: a b.yaml}\nB: {$ref: '../common/b.yaml#/B'}\nC: {$ref: a b.yaml}\n",
      ),
      "/v1/api/a%20b.yaml": "type: string\n",
      "/v1/common/b.yaml": "B: {$ref: '../api/people.yaml#/components/schemas/A'}\n",
    };
    const host = await serve(({ url = "" }, response) => {
      seen.push(url);
      response.end(files[url]);
    });
    const received = await sandbox.receive(`https://${host}/v1/api/people.yaml?token=t`, TRUSTED);
    expect(received.entry).toBe("api/people.yaml");
    expect(Object.keys(received.files)).toEqual(["api/a b.yaml", "api/people.yaml", "common/b.yaml"]);
    expect(seen).toEqual(Object.keys(files));
  });

  it("is received through a redirect, and its references resolve against the new location", async () => {
    await using sandbox = createSandbox();
    const authorizations: unknown[] = [];
    const other = await serve(({ url, headers }, response) => {
      authorizations.push(headers.authorization);
      response.end(url === "/v2/people.yaml" ? withSchemas("A: {$ref: a.yaml}\n") : "type: string\n");
    });
    const host = await serve((_, response) => {
      response.writeHead(302, { location: `https://${other}/v2/people.yaml` }).end();
    });
    const { from, files } = await sandbox.receive(`https://${SECRETS}${host}/people.yaml`, TRUSTED);
    expect(from).toBe(`https://${host}/people.yaml`);
    expect(Object.keys(files)).toEqual(["a.yaml", "people.yaml"]);
    expect(authorizations).toEqual([undefined, undefined]);
  });

  it("may be compressed with gzip", async () => {
    await using sandbox = createSandbox();
    const host = await serve((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(SMALL));
    });
    expect(await sandbox.receive(`https://${host}/`, TRUSTED)).toMatchObject({ files: { openapi: SMALL } });
  });

  it("is rejected over any protocol but https", async () => {
    await using sandbox = createSandbox();
    expect(await sandbox.refusal("http://me:pass@localhost:8080/people.yaml?token=t")).toEqual([
      "http://localhost:8080/people.yaml:1:1 url Only https is taken: over http, whoever is in between could change the document, and so the code that is made from it. Download it and give the file.",
    ]);
    expect(await sandbox.refusal("file:///etc/passwd")).toEqual([
      "file:///etc/passwd:1:1 url Give the path of a file, or a URL with https.",
    ]);
    expect(await sandbox.refusal("https://me:pass@:99999/a?token=t")).toEqual(["https::1:1 url This is no URL."]);
  });

  it("is rejected if the server's certificate is not trusted or has expired", async () => {
    await using sandbox = createSandbox();
    const host = await serve((_, response) => response.end(SMALL));
    expect(await sandbox.refusal(`https://${host}/a`)).toEqual([
      `https://${host}/a:1:1 connection The download failed: its certificate cannot be trusted (DEPTH_ZERO_SELF_SIGNED_CERT).`,
    ]);
    const expired = createCertificate([2020, 2021]);
    const old = await listen(createServer(expired, (_, response) => response.end(SMALL)));
    expect(await sandbox.refusal(`https://${old}/a`, { ca: expired.cert })).toEqual([
      `https://${old}/a:1:1 connection The download failed: its certificate cannot be trusted (CERT_HAS_EXPIRED).`,
    ]);
  });

  it("is rejected if nothing listens or the server does not speak TLS", async () => {
    await using sandbox = createSandbox();
    const plain = await listen(createPlainServer());
    expect(await sandbox.refusal(`https://${plain}/a`)).toEqual([
      `https://${plain}/a:1:1 connection The download failed: the server does not speak TLS as it should (EPROTO).`,
    ]);
    expect(await sandbox.refusal("https://127.0.0.1:1/a")).toEqual([
      "https://127.0.0.1:1/a:1:1 connection The download failed: nothing listens there (ECONNREFUSED).",
    ]);
  });
});

describe("a response to a download", () => {
  it("with another status is rejected, and the status is reported", async () => {
    expect(await refusalOf((response) => response.writeHead(403).end(SMALL))).toEqual([
      `${PLACE} status The server answers 403 Forbidden.`,
    ]);
    expect(await refusalOf((response) => response.writeHead(302).end())).toEqual([
      `${PLACE} status The server answers 302 Found.`,
    ]);
  });

  it("in HTML is rejected, by its content type or its first bytes", async () => {
    const typed = { "content-type": "Text/HTML; charset=utf-8" };
    expect(await refusalOf((response) => response.writeHead(200, typed).end(SMALL))).toEqual([
      `${PLACE} html The server answers text/html: a page for people, perhaps one to sign in at, not a document.`,
    ]);
    expect(await refusalOf((response) => response.end("\n<html>"))).toEqual([
      `${PLACE} html This is HTML or XML, not YAML or JSON.`,
    ]);
  });

  it("that is empty is rejected", async () => {
    expect(await refusalOf((response) => response.end())).toEqual([`${PLACE} empty The file is empty.`]);
  });

  it("that ends too early is rejected", async () => {
    const cut = (headers: Record<string, string>, body: Buffer) =>
      refusalOf((response) => response.writeHead(200, headers).write(body, () => response.destroy()));
    const lines = [`${PLACE} connection The download failed: the connection ended before the answer did (ECONNRESET).`];
    expect(await cut({ "content-length": "9999" }, Buffer.from(SMALL))).toEqual(lines);
    expect(await cut({}, Buffer.from(SMALL))).toEqual(lines);
    const packed = gzipSync(SMALL);
    const headers = { "content-encoding": "gzip" };
    const [line] = await refusalOf((response) => response.writeHead(200, headers).end(packed.subarray(0, -9)));
    expect(line).toMatch(
      /connection The download failed: the connection ended before the answer did \(Z_BUF_ERROR\)\.$/,
    );
  });

  it("with another encoding than requested or declared is rejected", async () => {
    const packed = (encoding: string) =>
      refusalOf((response) => response.writeHead(200, { "content-encoding": encoding }).end(SMALL));
    expect(await packed("br")).toEqual([
      `${PLACE} encoding The answer is encoded as br, though only gzip was asked for.`,
    ]);
    expect(await packed("gzip")).toEqual([
      `${PLACE} connection The download failed: the answer is no gzip, though it says so (Z_DATA_ERROR).`,
    ]);
  });

  it("with a content-length above the limit is rejected before its body arrives", async () => {
    const headers = { "content-length": String(50 * 1024 * 1024) };
    expect(await refusalOf((response) => response.writeHead(200, headers).flushHeaders())).toEqual([
      `${PLACE} too-large The document has 50.0 MiB; the limit is 25.0 MiB.`,
    ]);
  });

  it("that never ends is cut off at the limit", async () => {
    let sent = 0;
    let closed: Promise<unknown> | undefined;
    const lines = await refusalOf((response) => {
      closed = once(response, "close");
      const send = () => {
        sent += 1;
        if (!response.destroyed) response.write(MEBIBYTE, send);
      };
      send();
    });
    expect(lines).toEqual([`${PLACE} too-large The document is larger than 25.0 MiB, which is the limit.`]);
    await closed;
    expect(sent).toBeGreaterThan(24);
    expect(sent).toBeLessThan(40);
  });

  it("that decompresses beyond the limit is cut off there", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    expect(await refusalOf((response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb))).toEqual([
      `${PLACE} too-large The document is larger than 25.0 MiB, which is the limit.`,
    ]);
  });

  it("times out after 30 s for all files together", async () => {
    await using sandbox = createSandbox();
    const timeout = new AbortController();
    const waits: number[] = [];
    const startTimeout = (ms: number) => {
      waits.push(ms);
      return timeout.signal;
    };
    const host = await serve(({ url }, response) => {
      if (url === "/people.yaml") response.end(withSchemas("A: {$ref: a.yaml}\nB: {$ref: b.yaml}\n"));
      else timeout.abort(new DOMException("Time is up.", "TimeoutError"));
    });
    expect(await sandbox.refusal(`https://${host}/people.yaml`, { ...TRUSTED, startTimeout })).toEqual([
      `https://${host}/people.yaml:12:15 timeout The download took longer than 30 s.`,
    ]);
    expect(waits).toEqual([30_000]);
  });

  it("is abandoned when the signal is aborted, and the connection is closed", async () => {
    await using sandbox = createSandbox();
    const controller = new AbortController();
    let closed: Promise<unknown> | undefined;
    const host = await serve((_, response) => {
      closed = once(response, "close");
      response.write(SMALL, () => controller.abort(new Error("Stop.")));
    });
    const startTimeout = () => new AbortController().signal;
    const options = { ...TRUSTED, startTimeout, signal: controller.signal };
    await expect(sandbox.refusal(`https://${host}/people.yaml`, options)).rejects.toThrow("Stop.");
    await closed;
  });
});

describe("a redirect", () => {
  const redirect = (location: string) => refusalOf((response) => response.writeHead(301, { location }).end());

  it("to http is rejected, and the origin is reported", async () => {
    expect(await redirect("http://me:pass@example.com/people.yaml?token=t")).toEqual([
      `${PLACE} redirect The server redirects to http://example.com. Only https is taken: over http, whoever is in between could change the document, and so the code that is made from it.`,
    ]);
  });

  it("to a file or an invalid URL is rejected", async () => {
    expect(await redirect("file:///etc/passwd")).toEqual([
      expect.stringMatching(/redirect The server redirects to file:\. Only https is taken/),
    ]);
    expect(await redirect("https://")).toEqual([`${PLACE} redirect The server redirects to what is no URL.`]);
  });

  it("is followed at most five times", async () => {
    await using sandbox = createSandbox();
    const seen: string[] = [];
    const host = await serve(({ url = "" }, response) => {
      seen.push(url);
      const count = Number(url.slice(1));
      if (count === 5) response.end(SMALL);
      // A body that nobody should wait for.
      else response.writeHead(307, { location: `/${count + 1}` }).write("Moved.");
    });
    expect(await sandbox.receive(`https://${host}/0`, TRUSTED)).toMatchObject({ entry: "5" });
    expect(seen).toHaveLength(6);
    const lines = await refusalOf((response, url) => {
      if (url.endsWith("taaaaaa")) response.end(SMALL);
      else response.writeHead(302, { location: `${url}a` }).end();
    });
    expect(lines).toEqual([`${PLACE} redirect The server redirects more than 5 times.`]);
  });
});

describe("a file referenced by a document at a URL", () => {
  it("is reported at the reference if it is rejected", async () => {
    await using sandbox = createSandbox();
    const host = await serveFiles({
      "/api/people.yaml": withSchemas(
        "A: {$ref: a.yaml}\nB: {$ref: 'https://example.com/b.yaml'}\nC: {$ref: /c.yaml}\nD: {$ref: d.yaml}\n",
      ),
      "/api/d.yaml": "<html>",
    });
    const lines = await sandbox.refusal(`https://me:pass@${host}/api/people.yaml`, TRUSTED);
    expect(lines.map((line) => line.replaceAll(host, "host"))).toEqual([
      "https://host/api/d.yaml:1:1 html This is HTML or XML, not YAML or JSON.",
      "https://host/api/people.yaml:12:15 status Cannot read https://host/api/a.yaml. The server answers 404 Not Found.",
      "https://host/api/people.yaml:13:15 remote-ref Refer to a file, not to https://example.com/b.yaml.",
      "https://host/api/people.yaml:14:15 absolute-ref Refer to a file by a relative path, not to /c.yaml.",
    ]);
  });

  it("is never written outside the folder of the download", async () => {
    await using sandbox = createSandbox();
    const up = "../../../../../..";
    const files = { [`${up}/a`]: "a", "%2e%2e/%2e%2e/%2e%2e/b": "b", "..%2f..%2f..%2fc": "c" };
    const schemas = Object.entries(files).map(([file, name]) => `${name}: {$ref: '${file}'}\n`);
    const host = await serve(({ url }, response) => {
      response.end(url === "/v1/people.yaml" ? withSchemas(schemas.join("")) : "type: string\n");
    });
    const received = await sandbox.receive(`https://${host}/v1/people.yaml`, TRUSTED);
    expect(Object.keys(received.files)).toEqual([
      "a",
      "v1/%2e%2e/%2e%2e/%2e%2e/b",
      "v1/..%2f..%2f..%2fc",
      "v1/people.yaml",
    ]);
  });
});
