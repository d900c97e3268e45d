import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A build of the SDK. */
export type Build = "CJS" | "ESM";

/** The result of one case. */
export interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** A command to run in the scratch folder. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Environment variables in addition to those of every runtime. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A runtime, with the command that runs the program on it. */
export interface Runtime {
  readonly name: string;
  readonly version: string;
  readonly builds: readonly Build[];
  /** Path of its binary. */
  readonly file: string;
  /**
   * @param build build of the SDK
   * @param controlUrl control server for fakes on sockets; undefined if they are in memory
   */
  command(build: Build, controlUrl: string | undefined): Command;
}

/**
 * Returns the runtimes. Each comes from its own npm package.
 *
 * @param here folder where they are installed
 */
export function runtimesIn(here: string): Runtime[] {
  const packaged = (name: string, ...path: string[]) => join(here, "node_modules", name, ...path);
  const versionOf = (name: string): string => {
    const { version } = JSON.parse(readFileSync(packaged(name, "package.json"), "utf8"));
    return version.replace(/^v/, "");
  };

  const node = (alias: string) =>
    processRuntime({ name: "Node", version: versionOf(alias), file: packaged(alias, "bin", "node"), flags: [] });

  /** Runs a service of `worker.capnp`. */
  const workerd = (service: "bare" | "recent"): Runtime => ({
    name: `workerd ${service}`,
    version: versionOf("@cloudflare/workerd-linux-64"),
    builds: ["ESM"],
    file: packaged("@cloudflare/workerd-linux-64", "bin", "workerd"),
    command: (_build, controlUrl = "") => ({
      file: packaged("@cloudflare/workerd-linux-64", "bin", "workerd"),
      args: ["test", "program/worker.capnp", service],
      env: { CONTROL_URL: controlUrl },
    }),
  });

  return [
    node("node20"),
    node("node22"),
    node("node24"),
    node("node26"),
    processRuntime({
      name: "Bun",
      version: versionOf("@oven/bun-linux-x64"),
      file: packaged("@oven/bun-linux-x64", "bin", "bun"),
      flags: ["--no-install"],
    }),
    processRuntime({
      name: "Deno",
      version: versionOf("@deno/linux-x64-glibc"),
      file: packaged("@deno/linux-x64-glibc", "deno"),
      flags: ["run", "--no-prompt", "--no-remote", "--allow-read", "--allow-env", "--allow-net=127.0.0.1"],
    }),
    workerd("bare"),
    workerd("recent"),
    {
      name: "edge runtime",
      version: versionOf("@edge-runtime/vm"),
      builds: ["ESM"],
      file: process.execPath,
      command: (_build, controlUrl) => ({
        file: process.execPath,
        args: [join(here, "edge-vm.js"), "program/edge.bundle.js", ...optional(controlUrl)],
      }),
    },
  ];
}

interface ProcessRuntime {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly flags: readonly string[];
}

/** A runtime with processes, files and `require`. */
function processRuntime({ name, version, file, flags }: ProcessRuntime): Runtime {
  return {
    name,
    version,
    builds: ["ESM", "CJS"],
    file,
    command: (build, controlUrl) => {
      const format = build.toLowerCase();
      const program = build === "ESM" ? "program/process.js" : "program/process.cjs";
      return { file, args: [...flags, program, format, ...optional(controlUrl)] };
    },
  };
}

function optional(text: string | undefined): string[] {
  return text === undefined ? [] : [text];
}
