import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { eventually } from "./serve.ts";

/** Stops a program until `SIGCONT`; resolves when all of its threads stand still, where the system tells. */
export async function freeze(child: ChildProcess): Promise<void> {
  child.kill("SIGSTOP");
  const tasks = `/proc/${child.pid}/task`;
  if (!existsSync(tasks)) return;
  // "<id> (<name>) <state> …"
  const isStill = (task: string): boolean => /\) T /.test(readFileSync(`${tasks}/${task}/stat`, "latin1"));
  await eventually(() => readdirSync(tasks).every(isStill));
}
