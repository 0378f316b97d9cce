import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Builds packages as they are published: what users get is measured, never the sources. */
export function buildPackages(...names: readonly ("protocol" | "server" | "client")[]): void {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  for (const name of names) {
    execFileSync(`${root}node_modules/.bin/tsup`, ["--silent"], {
      cwd: `${root}packages/${name}`,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
}
