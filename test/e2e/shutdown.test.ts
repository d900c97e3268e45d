import { spawn } from "node:child_process";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { writeReadmeBlocks } from "../../scripts/readme-blocks.js";
import { serve } from "../support/serve.js";

const recipe = writeReadmeBlocks().find(({ code }) => code.includes('process.once("SIGTERM"'));

test("the guide's SIGTERM handler lets a call under way finish, takes no more requests, and the process ends", async () => {
  const waiting: ServerResponse[] = [];
  const { server, origin } = await serve((request, response) => {
    request.resume();
    waiting.push(response);
    server.emit("arrived");
  });
  const listen =
    "const { server } = await import(process.argv[1]); server.listen(0, () => console.log(server.address().port));";
  const args = ["--import", "tsx", "--input-type=module", "--eval", listen, `${process.cwd()}/${recipe?.path}`];
  const env = { ...process.env, LIVEDATA_ORG_ID: "o_1", LIVEDATA_API_KEY: "key-1", LIVEDATA_BASE_URL: origin };
  const program = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(program, "exit");
  const lines = createInterface(program.stdout);
  const [port] = await once(lines, "line");

  const arrived = once(server, "arrived");
  const result = fetch(`http://127.0.0.1:${port}`);
  await arrived;
  program.kill("SIGTERM");
  await expect.poll(() => connectTo(Number(port))).toBe("ECONNREFUSED");
  expect(program.exitCode).toBe(null);
  waiting[0]?.end(JSON.stringify({ people: [], count: 7 }));
  expect(await (await result).text()).toBe("7\n");
  expect(await ended).toEqual([0, null]);
}, 20_000);

/** Connects without sending a request. Resolves with "connected", or with the code of the failure. */
async function connectTo(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return "connected";
  } catch (error) {
    return String(Reflect.get(Object(error), "code"));
  } finally {
    socket.destroy();
  }
}
