import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { chromiumPath } from "../../../../scripts/chromium.ts";
import { root } from "../../src/pages.ts";

function program(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

// The other runtimes are packages that install where they run; `conformance` has them.
const { resolve } = createRequire(join(root, "apps/conformance/package.json"));
function runtime(path: string): string | undefined {
  try {
    return resolve(path);
  } catch {
    return undefined;
  }
}

/** What the pages are tried with beside Node: where it is, or undefined. */
export const installed = {
  bun: runtime("@oven/bun-linux-x64/bin/bun"),
  caddy: program("caddy"),
  chromium: chromiumPath(),
  deno: runtime("@deno/linux-x64-glibc/deno"),
  haproxy: program("haproxy"),
  nginx: program("nginx"),
  nats: program("nats-server"),
  openssl: program("openssl"),
  redis: program("redis-server"),
  workerd: runtime("@cloudflare/workerd-linux-64/bin/workerd"),
} as const satisfies Readonly<Record<string, string | undefined>>;
