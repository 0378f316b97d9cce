import { existsSync } from "node:fs";

const CANDIDATES = [
  "/usr/bin/firefox-esr",
  "/usr/bin/firefox",
  "/Applications/Firefox.app/Contents/MacOS/firefox",
];

/** The Firefox that the browser tests drive: the first at a usual place, or none. */
export function firefoxPath(): string | undefined {
  return CANDIDATES.find((path) => existsSync(path));
}
