import { spawn } from "node:child_process";
import type { CheckRow } from "./report.ts";

interface Check {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** What looks at the repository as a whole. The sizes are those of `dist`, so the build comes first. */
const CHECKS: readonly Check[] = [
  { name: "lint and format (npm run format)", command: "biome", args: ["check", ".", "--error-on-warnings"] },
  { name: "floors (floors.json)", command: "node", args: ["scripts/check-floors.ts"] },
  { name: "dead code (knip.json)", command: "knip", args: ["--no-progress"] },
  { name: "sizes (.size-limit.json)", command: "size-limit", args: [] },
];

/** Runs them side by side; shows what those say that fail. */
export async function runChecks(root: string): Promise<readonly CheckRow[]> {
  return Promise.all(CHECKS.map((check) => runCheck(root, check)));
}

function runCheck(root: string, { name, command, args }: Check): Promise<CheckRow> {
  const shell = process.platform === "win32";
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], shell });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve) => {
    const done = (ok: boolean): void => {
      if (!ok) console.error(`\n== FAILED: ${name}\n${output.trimEnd()}`);
      resolve({ name, outcome: ok ? "ok" : "failed" });
    };
    child.on("error", (error) => {
      output += error.message;
      done(false);
    });
    child.on("close", (code) => done(code === 0));
  });
}
