import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Builds @sse/protocol as it is published: what users get is measured, never the sources. */
export function buildProtocol(): void {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  execFileSync(`${root}node_modules/.bin/tsup`, ["--silent"], {
    cwd: `${root}packages/protocol`,
    stdio: ["ignore", "ignore", "inherit"],
  });
}
