import { readFileSync, truncateSync } from "node:fs";

/**
 * The lines of a file that is made when it is not there. A process that was killed while it wrote leaves half a
 * line: nobody was told of it, so it is cut off, and what is appended next begins a line of its own.
 */
export function wholeLines(path: string): string[] {
  const written = readFileSync(path, { encoding: "utf8", flag: "a+" });
  const whole = written.slice(0, written.lastIndexOf("\n") + 1);
  if (whole !== written) truncateSync(path, Buffer.byteLength(whole));
  return whole.split("\n").slice(0, -1);
}
