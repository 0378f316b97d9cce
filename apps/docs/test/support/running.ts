import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { freePort } from "../../../../scripts/free-port.ts";
import { files } from "../../src/pages.ts";

const WITHIN_MS = 30_000;

/** A program that listens on 127.0.0.1, stopped when it is disposed of. */
export class Running implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly port: number;
  /** What it wrote, both ways. */
  output = "";

  private constructor(process: ChildProcess, port: number) {
    this.#process = process;
    this.port = port;
    for (const stream of [process.stdout, process.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
  }

  /** Resolves when it takes connections. */
  static async start(command: readonly string[], port: number, env: object = {}): Promise<Running> {
    const child = launch(command, { ...env, PORT: String(port) });
    const running = new Running(child, port);
    const end = performance.now() + WITHIN_MS;
    while (!(await accepts(port))) {
      if (child.exitCode !== null || performance.now() > end) {
        child.kill();
        throw new Error(`${command.join(" ")} does not listen: ${running.output}`);
      }
      await setTimeout(20);
    }
    return running;
  }

  /** A page's file, in Node. */
  static async file(path: string, env: object = {}, port?: number): Promise<Running> {
    const command = [process.execPath, "--conditions=@sse/source", join(files, path)];
    return Running.start(command, port ?? (await freePort()), env);
  }

  /** A page's file that listens to nothing, in Node. */
  static reader(path: string, env: object): Running {
    return new Running(launch([process.execPath, "--conditions=@sse/source", join(files, path)], env), 0);
  }

  url(path = "/"): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, "exit");
    this.#process.kill(signal);
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
  }
}

function launch([program = "", ...args]: readonly string[], env: object): ChildProcess {
  return spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
