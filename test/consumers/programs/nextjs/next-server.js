import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const next = createRequire(import.meta.url).resolve("next/dist/bin/next");

/** Runs `next start` on a free port. Returns the URL of the server and a function that stops it. */
export async function startNext(env) {
  const server = spawn(process.execPath, [next, "start", "-p", "0"], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(server, "exit");
  const stop = async () => {
    server.kill();
    await exited;
  };
  return { url: await addressOf(server.stdout), stop };
}

async function addressOf(output) {
  for await (const line of createInterface({ input: output })) {
    const [address] = line.match(/http:\/\/localhost:\d+/) ?? [];
    if (address) return address;
  }
  throw new Error("next start ended without printing a URL");
}
