import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import type { Result, Runtime } from "./runtimes.js";

const execute = promisify(execFile);

/** Runs the command `livedata` of the installed package as users do: `npx @livedata/sdk`, or `bunx`. */
export async function checkCommand({ name, version, file }: Runtime, folder: string): Promise<Result[]> {
  const own = join(folder, `command-${name}-${version}`);
  await mkdir(join(own, "bin"), { recursive: true });
  // The first line of the command asks the path for `node`.
  if (name === "Node") await symlink(file, join(own, "bin", "node"));
  const npx = join(dirname(process.env["npm_execpath"] ?? ""), "npx-cli.js");
  const [binary, ...before] =
    name === "Node" ? [file, npx, "--no-install", "@livedata/sdk"] : [file, "x", "--bun", "livedata"];
  const env: NodeJS.ProcessEnv = { PATH: `${join(own, "bin")}:${process.env["PATH"]}`, HOME: own, NO_COLOR: "1" };
  const run = (...args: string[]) =>
    execute(binary ?? "", [...before, ...args], { cwd: folder, env, timeout: 60_000 }).then(({ stdout }) => stdout);

  const port = await freePort();
  const fake = spawn(file, ["node_modules/@livedata/sdk/dist/cli/livedata.js", "fake", "--port", port], {
    cwd: folder,
    env,
  });
  const ended = new Promise((resolve) => fake.once("close", resolve));
  try {
    await untilListening(fake);
    for (const line of (await run("fake", "--env", "--port", port)).trim().split("\n")) {
      const [, variable = "", value = ""] = /^export (\w+)=(.*)$/.exec(line) ?? [];
      env[variable] = value;
    }
    const { version: expected } = JSON.parse(
      await readFile(join(folder, "node_modules/@livedata/sdk/package.json"), "utf8"),
    );
    const input = join(own, "people.csv");
    const output = join(own, "found.ndjson");
    await writeFile(input, "email,note\njane@example.com,ü\nnobody@example.com,\n");
    return [
      await check("npx runs the command", async () => (await run("--version")) === `${expected}\n`),
      await check("doctor finds nothing wrong", async () => !/[✗!]/.test(await run("doctor"))),
      await check(
        "find finds a person",
        async () => JSON.parse(await run("find", "--email", "jane@example.com")).length === 1,
      ),
      await check("enrich looks up a file", async () => {
        await run("enrich", input, "-o", output);
        const rows = (await readFile(output, "utf8"))
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line));
        return rows.map(({ found }) => found).join() === "true,false" && rows[0].row.note === "ü";
      }),
      await check("ctrl-C closes the fake", async () => {
        fake.kill("SIGINT");
        return (await ended) === 0;
      }),
    ];
  } finally {
    fake.kill("SIGKILL");
  }
}

async function check(name: string, run: () => Promise<boolean>): Promise<Result> {
  try {
    const ok = await run();
    return { name, ok, detail: ok ? "" : "an unexpected result" };
  } catch (error) {
    return { name, ok: false, detail: String(error) };
  }
}

async function untilListening(fake: ChildProcess): Promise<void> {
  const { stdout, stderr } = fake;
  if (!stdout || !stderr) return;
  const failed = text(stderr);
  await new Promise<void>((resolve, reject) => {
    stdout.once("data", () => resolve());
    fake.once("close", async () => reject(new Error(await failed)));
  });
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? String(address.port) : "0";
}
