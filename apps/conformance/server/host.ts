import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "../runners/bundle.ts";
import { type ProgramName, programs } from "../runners/programs.ts";
import { Running } from "../runners/running.ts";

/** Our server in one program, on a port of its own. */
export class Host implements AsyncDisposable {
  readonly port: number;
  readonly #process: Running;

  static async start(program: ProgramName): Promise<Host> {
    const process = new Running();
    try {
      const path = programs[program].path ?? program;
      writeFileSync(join(process.folder, "main.mjs"), await bundle("server/hosts/node.ts"));
      process.start(path, ["main.mjs"]);
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

  /** What the server wrote. */
  get output(): string {
    return this.#process.output;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
