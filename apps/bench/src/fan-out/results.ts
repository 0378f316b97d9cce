import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type RuntimeName, runtimeNames } from "../runtimes.ts";
import type { ServerResult } from "./result.ts";

function pathOf(runtime: RuntimeName): URL {
  return new URL(`../../results/server-${runtime}.json`, import.meta.url);
}

/** One file a runtime: the newest full run. */
export function saveServerResult(result: ServerResult): void {
  const { visits, ...rest } = result;
  const rounded = (_key: string, value: unknown) =>
    typeof value === "number" ? Number(value.toPrecision(5)) : value;
  const lines = visits.map((visit) => `    ${JSON.stringify(visit, rounded)}`).join(",\n");
  const head = JSON.stringify(rest, rounded, 2).slice(0, -2);
  writeFileSync(pathOf(result.runtime), `${head},\n  "visits": [\n${lines}\n  ]\n}\n`);
}

/** The runs that are kept, in the order of `runtimeNames`. */
export function loadServerResults(): ServerResult[] {
  return runtimeNames.flatMap((name) => {
    const path = pathOf(name);
    return existsSync(path) ? [JSON.parse(readFileSync(path, "utf8")) as ServerResult] : []; // written above
  });
}
