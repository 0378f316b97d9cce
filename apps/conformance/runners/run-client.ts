import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromiumArgs } from "../../../scripts/chromium.ts";
import type { Result, RuntimeName } from "./check.ts";
import { Firefox } from "./firefox.ts";
import type { PostOffice } from "./post-office.ts";
import { type ProgramName, programs } from "./programs.ts";
import { Running } from "./running.ts";
import { WebKit } from "./webkit.ts";
import { within } from "./within.ts";
import { workerdConfig } from "./workerd.ts";

/** How long the list may take in one runtime; 15 s are usual. */
const LIST_MS = 60_000;
const EXIT_MS = 20_000;

/** What a run needs: the list as one module, and where it finds its servers and leaves its results. */
export interface ClientRun {
  readonly list: string;
  readonly office: PostOffice;
  readonly server: string;
  readonly otherServer: string;
}
type Results = Partial<Record<RuntimeName, readonly Result[]>>;

const MAIN = `import { runFrom } from "./list.mjs";
await runFrom(globalThis.Deno ? Deno.args[0] : process.argv[2]);`;
const WORKER = `import { runFrom } from "list.mjs";
export default { async fetch(request) { await runFrom(new URL(request.url).search); return new Response("done"); } };`;
const ARGS: Readonly<Record<string, readonly string[]>> = { deno: ["run", "--allow-all", "--no-lock"] };

/** Runs the list in one program; a browser runs it twice. */
export async function runClient(program: ProgramName, run: ClientRun): Promise<Results> {
  const path = programs[program].path ?? program;
  if (program === "workerd") return { workerd: await inWorkerd(path, run) };
  if (program === "chromium") return inChromium(path, run);
  if (program === "firefox") return inFirefox(run);
  if (program === "webkit") return inWebKit(run);
  await using process = new Running();
  writeFileSync(join(process.folder, "list.mjs"), run.list);
  writeFileSync(join(process.folder, "main.mjs"), MAIN);
  const arrived = run.office.results(program);
  process.start(path, [...(ARGS[program] ?? []), "main.mjs", query(program, run)]);
  const died = process.ended().then(() => Promise.reject(new Error(`${program} ended: ${process.output}`)));
  const results = await inTime(program, Promise.race([arrived, died]));
  // The process ends by itself: nothing that was closed keeps it.
  await within(EXIT_MS, `the end of ${program}`, process.ended());
  return { [program]: results };
}

async function inWorkerd(path: string, run: ClientRun): Promise<readonly Result[]> {
  await using process = new Running();
  writeFileSync(join(process.folder, "list.mjs"), run.list);
  writeFileSync(join(process.folder, "worker.mjs"), WORKER);
  writeFileSync(join(process.folder, "config.capnp"), workerdConfig({ modules: ["list.mjs"] }));
  process.start(path, ["serve", "config.capnp", "--control-fd=1"]);
  const [, port] = await process.wrote(/"port":\s*(\d+)/);
  const arrived = run.office.results("workerd");
  const signal = AbortSignal.timeout(LIST_MS);
  await (await fetch(`http://127.0.0.1:${port}/${query("workerd", run)}`, { signal })).text();
  return inTime("workerd", arrived);
}

async function inChromium(path: string, run: ClientRun): Promise<Results> {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath: path, args: [...chromiumArgs] });
  try {
    return await inPages(run, "chromium", async (url) => void (await (await browser.newPage()).goto(url)));
  } finally {
    await browser.close();
  }
}

async function inFirefox(run: ClientRun): Promise<Results> {
  await using browser = await Firefox.start();
  return await inPages(run, "firefox", (url) => browser.open(url));
}

async function inWebKit(run: ClientRun): Promise<Results> {
  await using browser = await WebKit.start();
  return await inPages(run, "webkit", (url) => browser.open(url));
}

/** In the window, then in a worker of the same browser: each has the connections of an origin to itself. */
async function inPages(
  run: ClientRun,
  browser: "chromium" | "firefox" | "webkit",
  open: (url: string) => Promise<void>,
): Promise<Results> {
  const results: Results = {};
  for (const runtime of [browser, `${browser} worker`] as const) {
    const arrived = run.office.results(runtime);
    await open(`${run.office.url}/page${query(runtime, run)}`);
    results[runtime] = await inTime(runtime, arrived);
  }
  return results;
}

function inTime(runtime: RuntimeName, results: Promise<readonly Result[]>): Promise<readonly Result[]> {
  return within(LIST_MS, `the list in ${runtime}`, results);
}

function query(runtime: RuntimeName, { office, server, otherServer }: ClientRun): string {
  const place = runtime.endsWith("worker") ? "worker" : "window";
  const all = {
    runtime,
    in: place,
    report: `${office.url}/${encodeURIComponent(runtime)}`,
    server,
    otherServer,
  };
  return `?${new URLSearchParams(all)}`;
}
