import type { Workload } from "./adapters/adapter.ts";
import { aboutChunking, type Chunking, chunkings } from "./chunks.ts";
import { aboutCorpus } from "./corpus.ts";
import type { RuntimeName } from "./runtimes.ts";

/** One row of the table: who is compared at what, and what is aimed at. */
export interface Cell {
  readonly id: string;
  readonly workload: Workload;
  readonly corpus: string;
  readonly chunking: Chunking;
  readonly adapters: readonly string[];
  /** Where it is measured when everything is. */
  readonly reach: Reach;
}

/** Everywhere and in `--quick`; on all runtimes; on Node; on Node 24, to see how time grows with a line's length. */
export type Reach = "quick" | "all" | "node" | "growth";

/** How many times as fast as a peer ours is to be. */
export interface Target {
  readonly ratio: number;
  /** Default: whichever peer is the fastest in that run. */
  readonly peer?: string;
}

/** What is aimed at on Node 24. Elsewhere, and in every other cell, ours is not to be slower than the fastest. */
const TARGETS: { readonly [id: string]: Target } = {
  "callback/llm/64k": { ratio: 1.7 },
  "callback/llm/1400": { ratio: 1.3 },
  "callback/llm/event": { ratio: 1.8 },
  "callback/llm/7": { ratio: 8, peer: "eventsource-parser" },
  "callback/named/64k": { ratio: 1.5 },
  "callback/ticks/64k": { ratio: 1.7 },
  "callback/json/64k": { ratio: 1.3 },
  "callback/lines/64k": { ratio: 1.5 },
  "callback/crlf/64k": { ratio: 1.6 },
  "callback/multibyte/64k": { ratio: 1.6 },
  "callback/heartbeats/64k": { ratio: 2.5 },
  "callback/huge-1mb/1400": { ratio: 2 },
  "callback/huge-1mb/7": { ratio: 10, peer: "eventsource-parser" },
  "iterator/llm/64k": { ratio: 5, peer: "eventsource-parser" },
  "iterator/llm/event": { ratio: 6, peer: "eventsource-parser" },
  "text/ticks/event": { ratio: 2.5, peer: "eventsource-encoder" },
  "text/llm/event": { ratio: 2.5, peer: "eventsource-encoder" },
  "bytes/ticks/event": { ratio: 1.8, peer: "h3" },
  "bytes/llm/event": { ratio: 1.8, peer: "h3" },
};

const ANYWHERE: Target = { ratio: 1 };

export function targetOf(id: string, runtime: RuntimeName): Target {
  return (runtime === "node24" ? TARGETS[id] : undefined) ?? ANYWHERE;
}

const QUICK: ReadonlySet<string> = new Set([
  ...[
    "callback/llm/64k",
    "callback/llm/event",
    "callback/llm/7",
    "callback/ticks/64k",
    "callback/huge-1mb/1400",
  ],
  ...["iterator/llm/64k", "iterator/llm/event", "text/ticks/event", "bytes/ticks/event"],
]);

const ALL: ReadonlySet<string> = new Set([
  ...["callback/llm/1400", "callback/json/64k", "callback/crlf/64k", "callback/multibyte/64k"],
  ...["callback/huge-1mb/7", "text/llm/event", "bytes/llm/event"],
]);

const RIVALS = ["ours", "eventsource-parser", "decode"];
const OTHERS = ["undici", "fetch-event-source", "event-source-plus", "server-sent-stream"];
const READERS = ["parse-sse", "fetch-event-stream", "openai", "anthropic"];
const WRITERS = ["ours", "eventsource-encoder", "h3", "better-sse"];
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

/** Where the slower peers are measured too: elsewhere they would only cost time. */
function callbackAdapters(corpus: string, chunking: Chunking): readonly string[] {
  if (corpus === "llm" || chunking === "64k") return [...RIVALS, ...OTHERS];
  if (corpus === "huge-1mb" && chunking === "1400") return [...RIVALS, ...OTHERS];
  return chunking === "7" ? [...RIVALS, "undici"] : RIVALS;
}

function cell(workload: Workload, corpus: string, chunking: Chunking, adapters: readonly string[]): Cell {
  const id = `${workload}/${corpus}/${chunking}`;
  const reach = QUICK.has(id) ? "quick" : ALL.has(id) ? "all" : "node";
  return { id, workload, corpus, chunking, adapters, reach };
}

function growthCells(): Cell[] {
  const sizes = ["huge-64kb", "huge-1mb", "huge-16mb", "huge-64mb"];
  const cuts: Chunking[] = ["64k", "1400", "7"];
  return sizes.flatMap((corpus) =>
    cuts.map((chunking) => {
      const made = cell("callback", corpus, chunking, ["ours", "eventsource-parser"]);
      return { ...made, id: `growth/${corpus}/${chunking}`, reach: "growth" as const };
    }),
  );
}

export const cells: readonly Cell[] = [
  ...CALLBACK_CORPORA.flatMap((corpus) =>
    chunkings.map((chunking) => cell("callback", corpus, chunking, callbackAdapters(corpus, chunking))),
  ),
  ...["llm", "ticks"].flatMap((corpus) =>
    (["64k", "event"] as const).map((chunking) =>
      cell("bodyCallback", corpus, chunking, ["ours", "eventsource-parser", ...OTHERS, "body"]),
    ),
  ),
  ...["llm", "named", "ticks"].flatMap((corpus) =>
    (["64k", "1400", "event"] as const).map((chunking) =>
      cell("iterator", corpus, chunking, [
        ...["ours", "ours-batches", "ours-stream", "eventsource-parser"],
        ...(chunking === "1400" ? [] : READERS),
        "body",
      ]),
    ),
  ),
  ...["ticks", "llm"].map((corpus) => cell("text", corpus, "event", WRITERS)),
  ...["ticks", "llm"].map((corpus) => cell("bytes", corpus, "event", [...WRITERS, "hono"])),
  ...growthCells(),
];

/** Several times slower wherever they were measured: Node 24 shows how much, the other runtimes leave them out. */
const NEVER_FASTEST: ReadonlySet<string> = new Set(OTHERS.filter((name) => name !== "undici"));

/** The most telling cells, without those who would only cost time. */
export function quickCells(): readonly Cell[] {
  return withoutSlow(cells.filter(({ reach }) => reach === "quick"));
}

function withoutSlow(some: readonly Cell[]): Cell[] {
  return some.map((one) => ({ ...one, adapters: one.adapters.filter((name) => !NEVER_FASTEST.has(name)) }));
}

/** The cells of a run of everything on that runtime. */
export function cellsFor(runtime: RuntimeName): readonly Cell[] {
  if (runtime === "node24") return cells;
  const reached = cells.filter(
    ({ reach }) => reach === "quick" || reach === "all" || (reach === "node" && runtime === "node26"),
  );
  return withoutSlow(reached);
}

/** The stream and how it comes, in words; `short` leaves the stream its name. */
export function aboutCell(cell: Pick<Cell, "id" | "corpus" | "chunking">, length?: "short"): string {
  const stream = length === "short" ? cell.corpus : aboutCorpus(cell.corpus);
  const written = cell.id.startsWith("text/") || cell.id.startsWith("bytes/");
  return written ? stream : `${stream}; ${aboutChunking(cell.chunking)}`;
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
