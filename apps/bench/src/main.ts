import { resolve } from "node:path";
import { buildPackages } from "./build.ts";
import { type Cell, cells, cellsFor, pickCells, quickCells } from "./cells.ts";
import { writeDocs } from "./docs/page.ts";
import { main as measureServers } from "./fan-out/main.ts";
import { describeMachine, versionsFor } from "./machine.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import type { CellResult } from "./result.ts";
import { loadResults, saveResult } from "./results.ts";
import { runCell } from "./runner.ts";
import { findRuntime, type Runtime, type RuntimeName } from "./runtimes.ts";
import { cellLines, summary } from "./table.ts";

function chosenCells(options: Options, runtime: RuntimeName): Cell[] {
  const everything = options.only === undefined ? cellsFor(runtime) : cells;
  const all = options.quick ? quickCells() : everything;
  const picked = pickCells(all, options.only, options.adapters);
  if (options.baseline === undefined) return picked;
  return picked.map((cell) => ({ ...cell, adapters: [...cell.adapters, "baseline"] }));
}

async function measure(runtime: Runtime, options: Options): Promise<void> {
  const results: CellResult[] = [];
  for (const cell of chosenCells(options, runtime.name)) {
    // A line of 64 MB takes its time, and its times vary little.
    const settings = cell.reach === "growth" ? { ...options, processes: 1 } : options;
    const result = await runCell(cell, runtime, settings);
    results.push(result);
    console.log(cellLines(result).join("\n"));
  }
  console.log(summary(runtime.name, results).join("\n"));
  if (!options.save) return;
  const { processes, rounds, sampleMs, warmupMs } = options;
  saveResult({
    runtime: runtime.name,
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    versions: versionsFor(runtime),
    settings: { processes, rounds, sampleMs, warmupMs },
    cells: results,
  });
}

async function main(options: Options): Promise<void> {
  if (options.help) return console.log(USAGE);
  if (options.list) {
    for (const cell of chosenCells(options, "node24")) console.log(`${cell.id}  ${cell.adapters.join(" ")}`);
    return;
  }
  if (options.docs) return writeDocs(loadResults());
  if (options.build) buildPackages("protocol");
  if (options.baseline !== undefined) process.env.SSE_BENCH_BASELINE = resolve(options.baseline);
  for (const name of options.runtimes) {
    const runtime = findRuntime(name);
    if (runtime === undefined) console.log(`${name}: not installed here, left out.`);
    else await measure(runtime, options);
  }
  if (options.save) writeDocs(loadResults());
}

const args = process.argv.slice(2);
if (args.includes("--server")) await measureServers(args);
else await main(parseOptions(args));
