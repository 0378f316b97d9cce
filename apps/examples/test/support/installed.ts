import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromiumPath } from "../../../../scripts/chromium.ts";

function find(program: string): string | undefined {
  // Debian keeps nginx in /usr/sbin, which only root has on its PATH.
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** The programs that the examples are tried with, beside Node: where they are, or undefined. */
export const installed: Readonly<Record<"curl" | "httpie" | "nginx" | "chromium", string | undefined>> = {
  curl: find("curl"),
  httpie: find("http"),
  nginx: find("nginx"),
  chromium: chromiumPath(),
};
