import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect as openSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { freePort } from "../../../../scripts/free-port.ts";
import { installed } from "./installed.ts";

const CONF = `${import.meta.dirname}/../../journal/nginx.conf`;

/** nginx with the journal's own configuration; only the ports are others. */
export class Nginx implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #folder: string;
  /** The server that buffers, as nginx does unless told otherwise. */
  readonly buffering: string;
  /** The server with `proxy_buffering off`. */
  readonly streaming: string;

  private constructor(started: ChildProcess, folder: string, ports: readonly number[]) {
    this.#process = started;
    this.#folder = folder;
    this.buffering = `http://127.0.0.1:${ports[0]}`;
    this.streaming = `http://127.0.0.1:${ports[1]}`;
  }

  /** Resolves when nginx, in front of this port, takes connections. `edit` changes the configuration before. */
  static async start(upstream: string, edit: (conf: string) => string = (conf) => conf): Promise<Nginx> {
    const folder = mkdtempSync(join(tmpdir(), "journal-nginx-"));
    const ports = [await freePort(), await freePort()];
    const conf = readFileSync(CONF, "utf8")
      .replace("127.0.0.1:3005", `127.0.0.1:${upstream}`)
      .replace("127.0.0.1:8081", `127.0.0.1:${ports[0]}`)
      .replace("127.0.0.1:8082", `127.0.0.1:${ports[1]}`);
    writeFileSync(join(folder, "nginx.conf"), edit(conf));
    const started = spawn(
      installed.nginx ?? "",
      ["-p", folder, "-e", "stderr", "-c", join(folder, "nginx.conf")],
      {
        stdio: ["ignore", "inherit", "inherit"],
      },
    );
    const nginx = new Nginx(started, folder, ports);
    while (!(await accepts(ports[1] ?? 0))) {
      if (started.exitCode !== null) throw new Error(`nginx exited with ${started.exitCode}.`);
      await setTimeout(10);
    }
    return nginx;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#process, "exit");
    this.#process.kill("SIGTERM"); // at once, open streams included
    await exited;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = openSocket(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
