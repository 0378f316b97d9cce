import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "../runners/bundle.ts";
import type { RuntimeName } from "../runners/check.ts";
import { type ProgramName, programs } from "../runners/programs.ts";
import { Running } from "../runners/running.ts";
import { workerdConfig } from "../runners/workerd.ts";

/** How a runtime hosts our server. */
interface Hosting {
  readonly program: ProgramName;
  readonly entry: "node" | "deno" | "bun" | "workerd";
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Every runtime of the server's list, in the order of the matrix. */
export const HOSTS: ReadonlyMap<RuntimeName, Hosting> = new Map<RuntimeName, Hosting>([
  ["node22", { program: "node22", entry: "node" }],
  ["node24", { program: "node24", entry: "node" }],
  ["node26", { program: "node26", entry: "node" }],
  ["deno", { program: "deno", entry: "deno", args: ["run", "--allow-all", "--no-lock"] }],
  ["bun", { program: "bun", entry: "bun" }],
  ["bun, idleTimeout 0", { program: "bun", entry: "bun", env: { IDLE_TIMEOUT: "0" } }],
  ["workerd", { program: "workerd", entry: "workerd" }],
]);

export function isInstalled(runtime: RuntimeName): boolean {
  const hosting = HOSTS.get(runtime);
  return hosting !== undefined && programs[hosting.program].path !== undefined;
}

/** Our server in one runtime, on a port of its own. */
export class Host implements AsyncDisposable {
  readonly port: number;
  readonly #process: Running;

  static async start(runtime: RuntimeName): Promise<Host> {
    const hosting = HOSTS.get(runtime);
    const path = hosting && programs[hosting.program].path;
    if (hosting === undefined || path === undefined) throw new Error(`${runtime} is not installed.`);
    const { entry, args = [], env = {} } = hosting;
    const process = new Running();
    try {
      const isWorker = entry === "workerd";
      const main = isWorker ? "worker.mjs" : "main.mjs";
      writeFileSync(join(process.folder, main), await bundle(`server/hosts/${entry}.ts`));
      writeFileSync(join(process.folder, "config.capnp"), workerdConfig({ modules: [], objects: ["Hubs"] }));
      process.start(path, isWorker ? ["serve", "config.capnp", "--control-fd=1"] : [...args, main], env);
      const [, port] = await process.wrote(/"port":\s*(\d+)/);
      return new Host(process, Number(port));
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(process: Running, port: number) {
    this.#process = process;
    this.port = port;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
