import { resolve } from "node:path";
import { buildProtocol } from "./build.ts";
import { type Cell, cells, pickCells } from "./cells.ts";
import { type Options, parseOptions } from "./options.ts";
import type { CellResult } from "./result.ts";
import { runCell } from "./runner.ts";
import { findRuntime } from "./runtimes.ts";
import { cellLines } from "./table.ts";

function chosenCells(options: Options): Cell[] {
  const all = options.quick ? cells.filter((cell) => cell.quick) : cells;
  const picked = pickCells(all, options.only, options.adapters);
  if (options.baseline === undefined) return picked;
  process.env["SSE_BENCH_BASELINE"] = resolve(process.env["INIT_CWD"] ?? ".", options.baseline);
  return picked.map((cell) => ({ ...cell, adapters: [...cell.adapters, "baseline"] }));
}

async function measure(options: Options): Promise<CellResult[]> {
  const results: CellResult[] = [];
  for (const name of options.runtimes) {
    const runtime = findRuntime(name);
    if (runtime === undefined) {
      console.log(`${name}: not installed here, left out.`);
      continue;
    }
    for (const cell of chosenCells(options)) {
      const result = await runCell(cell, runtime, options);
      results.push(result);
      console.log(cellLines(result).join("\n"));
    }
  }
  return results;
}

const options = parseOptions(process.argv.slice(2));
if (options.list) {
  for (const cell of chosenCells(options)) console.log(`${cell.id}  ${cell.adapters.join(" ")}`);
} else {
  if (options.build) buildProtocol();
  await measure(options);
}
