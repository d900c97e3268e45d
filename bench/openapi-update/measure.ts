import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** How often the processes are looked at, in ms. */
const INTERVAL = 15;
const PAGE = 4096;
/** Of the kernel's clock, in seconds. */
const TICK = 0.01;

/** What a run of a program took, its child processes included. */
export interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The most that all of its processes had resident at one time, in MB. */
  readonly peak: number;
}

/**
 * Runs a program to its end.
 *
 * @param command the file and its arguments
 * @param cwd the folder that it runs in
 * @throws when it fails, with what it said
 */
export async function measure([file = "", ...args]: readonly string[], cwd: string): Promise<Run> {
  const begin = performance.now();
  const child = spawn(file, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  let peak = 0;
  let ticks = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentBytes(child.pid ?? 0));
    ticks = Math.max(ticks, cpuTicks(child.pid ?? 0));
  }, INTERVAL);
  const [code] = await once(child, "exit");
  const seconds = (performance.now() - begin) / 1000;
  clearInterval(timer);
  if (code !== 0) throw new Error(`${[file, ...args].join(" ")} ended with ${code}:\n${said}`);
  return { seconds, cpuSeconds: ticks * TICK, peak: peak / 1e6 };
}

/** Of a process and all below it; nothing of one that has ended. */
function residentBytes(pid: number): number {
  try {
    const own = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * PAGE;
    return childrenOf(pid).reduce((sum, child) => sum + residentBytes(child), own);
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return children.split(" ").filter(Boolean).map(Number);
}

/** Of a process, of those below it that have ended, and of those that have not. */
function cpuTicks(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [user = 0, system = 0, userBelow = 0, systemBelow = 0] = stat
      .slice(stat.lastIndexOf(")"))
      .split(" ")
      .slice(12, 16)
      .map(Number);
    const own = user + system + userBelow + systemBelow;
    return childrenOf(pid).reduce((sum, child) => sum + cpuTicks(child), own);
  } catch {
    return 0;
  }
}
