import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { RunResult } from "./result.ts";
import { type RuntimeName, runtimeNames } from "./runtimes.ts";

function pathOf(runtime: RuntimeName): URL {
  return new URL(`../results/${runtime}.json`, import.meta.url);
}

/** One file a runtime: the newest full run. Why somebody was not timed is for the terminal only. */
export function saveResult(result: RunResult): void {
  const { cells, ...head } = result;
  const withoutReason = (key: string, value: unknown) => (key === "reason" ? undefined : value);
  const lines = cells.map((cell) => `    ${JSON.stringify(cell, withoutReason)}`).join(",\n");
  const start = JSON.stringify(head, null, 2).slice(0, -2);
  writeFileSync(pathOf(result.runtime), `${start},\n  "cells": [\n${lines}\n  ]\n}\n`);
}

/** The runs that are kept, in the order of `runtimeNames`. */
export function loadResults(): RunResult[] {
  return runtimeNames.flatMap((name) => {
    const path = pathOf(name);
    return existsSync(path) ? [JSON.parse(readFileSync(path, "utf8")) as RunResult] : []; // written above
  });
}
