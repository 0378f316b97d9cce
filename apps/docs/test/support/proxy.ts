import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { freePort } from "../../../../scripts/free-port.ts";
import { files } from "../../src/pages.ts";
import { installed } from "./installed.ts";
import { Running } from "./running.ts";

/** How many seconds of silence the proxies bear here, in place of the minute on the pages. */
export const IDLE_S = 4;

/** What a page leaves to the system, for a run without a place on it. */
const proxies = {
  nginx: {
    adapt: (conf: string) =>
      conf
        .replace("events {}", "daemon off; pid nginx.pid; error_log stderr; events {}")
        .replace(
          "http {",
          "http { access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;",
        ),
    command: (folder: string, file: string) => ["-p", folder, "-e", "stderr", "-c", file],
  },
  haproxy: {
    adapt: (conf: string) => conf,
    command: (_folder: string, file: string) => ["-db", "-f", file],
  },
  caddy: {
    adapt: (conf: string) => `{\n\tadmin off\n\tauto_https off\n}\n${conf}`,
    command: (_folder: string, file: string) => ["run", "--config", file, "--adapter", "caddyfile"],
  },
} as const;

export type ProxyName = keyof typeof proxies;
export const proxyNames: readonly ProxyName[] = ["nginx", "haproxy", "caddy"];

/** A proxy with a page's configuration, which is for port 8080; `edit` puts the servers' ports in. */
export class ReverseProxy implements AsyncDisposable {
  readonly #running: Running;
  readonly #folder: string;

  private constructor(running: Running, folder: string) {
    this.#running = running;
    this.#folder = folder;
  }

  static async start(name: ProxyName, path: string, edit: (conf: string) => string): Promise<ReverseProxy> {
    const { adapt, command } = proxies[name];
    const folder = mkdtempSync(join(tmpdir(), "docs-proxy-"));
    const port = await freePort();
    const conf = edit(readFileSync(join(files, path), "utf8"))
      .replace(/(listen |bind ):?8080/, `$1127.0.0.1:${port}`)
      .replace(/^:8080 {/m, `:${port} {\n\tbind 127.0.0.1`)
      .replaceAll(/(proxy_read_timeout|timeout client|timeout server) 60s/g, `$1 ${IDLE_S}s`);
    const file = join(folder, basename(path));
    writeFileSync(file, adapt(conf));
    const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    return new ReverseProxy(
      await Running.start([installed[name] ?? "", ...command(folder, file)], port, env),
      folder,
    );
  }

  get url(): string {
    return this.#running.url("/events");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.stop("SIGTERM");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
