import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromiumPath } from "../chromium.ts";

const WAIT = ["-o", "DPkg::Lock::Timeout=300"];

/**
 * Sees to a Chromium for the browser tests: where there is none, a root on Debian gets its package. Anybody else is
 * told by the summary what did not run; a machine that cannot install it goes on like theirs.
 */
export function provideChromium(): void {
  const debian = existsSync("/etc/debian_version") && existsSync("/usr/bin/apt-get");
  if (chromiumPath() !== undefined || !debian || process.getuid?.() !== 0) return;
  console.log("No Chromium here: installing Debian's package for the browser tests …");
  const installed =
    apt(["-qq", ...WAIT, "update"]) &&
    apt(["-qq", "-y", ...WAIT, "install", "--no-install-recommends", "chromium"]);
  if (!installed) console.log("It could not be installed; the tests go on without a browser.");
}

function apt(args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, stdout, stderr } = spawnSync("apt-get", args, {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  if (status !== 0) console.error(`${stdout}${stderr}`.trim());
  return status === 0;
}
