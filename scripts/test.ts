import { existsSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromiumPath } from "./chromium.ts";
import { runChecks } from "./test/checks.ts";
import { provideChromium } from "./test/debian.ts";
import { isGreen, type Report, taskChecks, testRow } from "./test/report.ts";
import { parseNotRun, textOf } from "./test/result.ts";
import { summary } from "./test/summary.ts";
import { runTasks } from "./test/turbo-run.ts";
import { workspaces } from "./test/workspaces.ts";

// Everything that there is to test, once, with one summary. See CONTRIBUTING.md.
const root = join(import.meta.dirname, "..");
const members = workspaces(root);

provideChromium();
describeMachine();
// Whatever is there afterwards is of this run, or was restored by turbo for the very same inputs.
for (const { directory } of members)
  rmSync(join(root, directory, ".vitest"), { recursive: true, force: true });

console.log(`Types, tests, builds and packages of ${members.length} workspaces …`);
const runs = runTasks(root, ["typecheck", "build", "test", "pack-check"]);
const ofRoot = await runChecks(root);

const report: Report = {
  tests: members
    .filter(({ scripts }) => scripts.includes("test"))
    .map(({ name, directory }) =>
      testRow(name, runs, textOf(join(root, directory, ".vitest", "result.json"))),
    ),
  checks: [
    ...["typecheck", "build", "pack-check"].flatMap((task) => taskChecks(task, members, runs)),
    ...ofRoot,
  ],
  notRun: members.flatMap(({ directory }) =>
    parseNotRun(textOf(join(root, directory, ".vitest", "not-run.json")) ?? "[]"),
  ),
};
console.log(summary(report));
process.exitCode = isGreen(report) ? 0 : 1;

/** What the outcome of tests depends on beside the files: turbo keeps results apart by it. */
function describeMachine(): void {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  const found = [
    "caddy",
    "curl",
    "firefox-esr",
    "haproxy",
    "http",
    "nats-server",
    "nginx",
    "openssl",
    "redis-server",
    "WebKitWebDriver",
    "Xvfb",
  ].filter((program) => folders.some((folder) => existsSync(join(folder, program))));
  process.env.TEST_MACHINE = [process.platform, process.arch, process.version, ...found].join(" ");
  process.env.CHROMIUM = chromiumPath() ?? "";
  process.env.TURBO_TELEMETRY_DISABLED = "1";
  process.env.DO_NOT_TRACK = "1";
}
