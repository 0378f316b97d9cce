import type { Workload } from "./adapters/adapter.ts";
import { aboutChunking, type Chunking, chunkings } from "./chunks.ts";
import { aboutCorpus } from "./corpus.ts";

/** One row of the table: who is compared at what, and what is aimed at. */
export interface Cell {
  readonly id: string;
  readonly workload: Workload;
  readonly corpus: string;
  readonly chunking: Chunking;
  readonly adapters: readonly string[];
  /** Ours over the fastest peer, on Node 24. Everywhere else, and where no more is aimed at, it is 1. */
  readonly target: number;
  /** Part of `--quick`. */
  readonly quick: boolean;
}

const RIVALS = ["ours", "eventsource-parser", "decode"];

const TARGETS: { readonly [id: string]: number } = {
  "callback/llm/64k": 1.7,
  "callback/llm/1400": 1.3,
  "callback/llm/event": 1.8,
  "callback/llm/7": 8,
  "callback/named/64k": 1.5,
  "callback/ticks/64k": 1.7,
  "callback/json/64k": 1.3,
  "callback/lines/64k": 1.5,
  "callback/crlf/64k": 1.6,
  "callback/multibyte/64k": 1.6,
  "callback/heartbeats/64k": 2.5,
  "callback/huge-1mb/1400": 2,
  "callback/huge-1mb/7": 10,
};

const QUICK = new Set(["callback/llm/64k", "callback/llm/event", "callback/llm/7", "callback/ticks/64k"]);

const CALLBACK_CORPORA = [
  "llm",
  "named",
  "ticks",
  "json",
  "lines",
  "crlf",
  "multibyte",
  "heartbeats",
  "huge-1mb",
];

function cell(workload: Workload, corpus: string, chunking: Chunking, adapters: readonly string[]): Cell {
  const id = `${workload}/${corpus}/${chunking}`;
  return { id, workload, corpus, chunking, adapters, target: TARGETS[id] ?? 1, quick: QUICK.has(id) };
}

export const cells: readonly Cell[] = CALLBACK_CORPORA.flatMap((corpus) =>
  chunkings.map((chunking) => cell("callback", corpus, chunking, RIVALS)),
);

export function aboutCell({ corpus, chunking }: Cell): string {
  return `${aboutCorpus(corpus)}, ${aboutChunking(chunking)}`;
}

/**
 * The cells that a pattern picks: by the cell's id with all its adapters, or by `<id>/<adapter>` with those alone.
 * `ours` always stays, since every ratio is to it.
 */
export function pickCells(
  all: readonly Cell[],
  only: RegExp | undefined,
  adapters: RegExp | undefined,
): Cell[] {
  return all.flatMap((cell) => {
    const byId = only === undefined || only.test(cell.id);
    const kept = cell.adapters.filter((name) => byId || only.test(`${cell.id}/${name}`));
    if (kept.length === 0) return [];
    const wanted =
      adapters === undefined ? kept : kept.filter((name) => name === "ours" || adapters.test(name));
    return [{ ...cell, adapters: wanted.includes("ours") ? wanted : ["ours", ...wanted] }];
  });
}
