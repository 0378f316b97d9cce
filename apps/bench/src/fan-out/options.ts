import { parseArgs } from "node:util";
import { type RuntimeName, runtimeNames } from "../runtimes.ts";
import { FULL, QUICK, type Settings } from "./plan.ts";

export interface Options {
  readonly quick: boolean;
  readonly only: RegExp | undefined;
  readonly runtimes: readonly RuntimeName[];
  readonly settings: Settings;
  /** The measurements that are no visits: stalled readers, heartbeats, publishing alone. */
  readonly extras: boolean;
  readonly build: boolean;
  readonly save: boolean;
  readonly docs: boolean;
  readonly help: boolean;
}

export const USAGE = `npm run bench -- --server [options]
  --quick              five servers, 1,000 connections, Node 24
  --only <regex>       these servers, and raw
  --sizes <n,n>        so many connections: 100, 1000, 10000
  --rounds <n>
  --runtime <names>    node24, node26, bun, deno; several with commas
  --no-extras          without stalled readers, heartbeats and publishing alone
  --no-build           measure packages/*/dist as it is
  --save, --no-save    keep the result in results/ and write the docs; done by default for a full run as it is
  --docs               only write docs/benchmarks-server.md and its charts from results/`;

export function parseServerOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--" && arg !== "--server"),
    allowNegative: true,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      sizes: { type: "string" },
      rounds: { type: "string" },
      runtime: { type: "string" },
      extras: { type: "boolean", default: true },
      build: { type: "boolean", default: true },
      save: { type: "boolean" },
      docs: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { quick, only, sizes, rounds, runtime } = values;
  const narrow = quick || [only, sizes, rounds, runtime].some((value) => value !== undefined);
  return {
    quick,
    only: only === undefined ? undefined : new RegExp(only),
    runtimes: runtime === undefined ? (narrow ? ["node24"] : ["node24", "bun", "deno"]) : runtimesOf(runtime),
    settings: settingsOf(quick ? QUICK : FULL, sizes, rounds),
    extras: values.extras,
    build: values.build,
    save: values.save ?? (!narrow && values.extras),
    docs: values.docs,
    help: values.help,
  };
}

function settingsOf(usual: Settings, sizes: string | undefined, rounds: string | undefined): Settings {
  const chosen = sizes === undefined ? usual.sizes : sizes.split(",").map((size) => count("sizes", size));
  const times = chosen.map((size): [number, number] => [
    size,
    rounds === undefined ? (usual.rounds[size] ?? 1) : count("rounds", rounds),
  ]);
  return { ...usual, sizes: chosen, rounds: Object.fromEntries(times) };
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is a positive integer, not ${text}.`);
  return value;
}

function runtimesOf(text: string): readonly RuntimeName[] {
  return text.split(",").map((name) => {
    const found = runtimeNames.find((known) => known === name);
    if (found === undefined) throw new Error(`--runtime knows ${runtimeNames.join(", ")}, not ${name}.`);
    return found;
  });
}
