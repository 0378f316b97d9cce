import { parseArgs } from "node:util";
import type { Settings } from "./result.ts";
import { type RuntimeName, runtimeNames } from "./runtimes.ts";

export interface Options extends Settings {
  readonly only: RegExp | undefined;
  readonly adapters: RegExp | undefined;
  readonly runtimes: readonly RuntimeName[];
  readonly quick: boolean;
  readonly build: boolean;
  readonly baseline: string | undefined;
  readonly save: boolean;
  readonly docs: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

export const USAGE = `npm run bench -- [options]
  --server             the servers, which have options of their own: --server --help
  --quick              a few cells, one process each, one runtime
  --only <regex>       cells (callback/llm/64k) or <cell>/<adapter>
  --adapters <regex>   these, and ours
  --runtime <names>    node24, node26, bun, deno; several with commas
  --rounds <n>  --processes <n>  --sample-ms <n>
  --baseline <path>    also another build of ours, by its index.js
  --no-build           measure packages/protocol/dist as it is
  --save, --no-save    keep the result in results/ and write the docs; done by default for a full run as it is
  --docs               only write docs/benchmarks.md and its charts from results/
  --list               only name the cells`;

export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    allowNegative: true,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      adapters: { type: "string" },
      runtime: { type: "string" },
      rounds: { type: "string" },
      processes: { type: "string" },
      "sample-ms": { type: "string" },
      baseline: { type: "string" },
      build: { type: "boolean", default: true },
      save: { type: "boolean" },
      docs: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const narrow = values.quick || values.only !== undefined || values.adapters !== undefined;
  const tuned = [values.rounds, values.processes, values["sample-ms"]].some((value) => value !== undefined);
  const sampleMs = count("sample-ms", values["sample-ms"], narrow ? 150 : 80);
  return {
    quick: values.quick,
    only: pattern(values.only),
    adapters: pattern(values.adapters),
    runtimes: runtimes(values.runtime, narrow),
    processes: count("processes", values.processes, narrow ? 1 : 2),
    rounds: count("rounds", values.rounds, values.quick ? 3 : narrow ? 5 : 3),
    sampleMs,
    warmupMs: Math.max(100, sampleMs),
    baseline: values.baseline,
    build: values.build,
    // A part of the table, or one measured in another way, is not the result.
    save: values.save ?? !(narrow || tuned),
    docs: values.docs,
    list: values.list,
    help: values.help,
  };
}

function pattern(text: string | undefined): RegExp | undefined {
  return text === undefined ? undefined : new RegExp(text);
}

function count(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is a positive integer, not ${text}.`);
  return value;
}

function runtimes(text: string | undefined, narrow: boolean): readonly RuntimeName[] {
  if (text === undefined) return narrow ? ["node24"] : runtimeNames;
  return text.split(",").map((name) => {
    const found = runtimeNames.find((known) => known === name);
    if (found === undefined) throw new Error(`--runtime knows ${runtimeNames.join(", ")}, not ${name}.`);
    return found;
  });
}
