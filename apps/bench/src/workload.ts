import type { Adapter, Workload } from "./adapters/adapter.ts";
import { type Chunking, cut } from "./chunks.ts";
import type { Corpus } from "./corpus.ts";
import { outgoing } from "./event.ts";
import { EventSink, OutputSink, type Sum, sameSum, sumOf } from "./sink.ts";

/** One pass over the whole corpus. The sink is new for each, and its sum is kept so that nothing is optimised away. */
export type Pass = (thorough: boolean) => Sum | Promise<Sum>;

/** One adapter doing one workload on one corpus: what a child process times. */
export class Work {
  readonly pass: Pass;
  readonly #check: () => Promise<string | undefined>;

  constructor(adapter: Adapter, workload: Workload, corpus: Corpus, chunking: Chunking) {
    if (workload === "text" || workload === "bytes") {
      const events = corpus.events.map(outgoing);
      const run = async (thorough: boolean): Promise<OutputSink> => {
        const sink = new OutputSink(thorough);
        await adapter[workload]?.(events, sink);
        return sink;
      };
      this.pass = async (thorough) => (await run(thorough)).sum;
      this.#check = async () => differs(sumOf(corpus.events), await sumOfText((await run(true)).written));
      return;
    }
    const chunks = cut(corpus, chunking);
    this.pass = workload === "callback" ? syncPass(adapter, chunks) : bodyPass(adapter, workload, chunks);
    this.#check = async () => differs(sumOf(corpus.events), await this.pass(true));
  }

  /** Undefined if everything in the corpus arrived, else what did not. */
  complaint(): Promise<string | undefined> {
    return this.#check();
  }
}

function syncPass(adapter: Adapter, chunks: readonly Uint8Array[]): Pass {
  return (thorough) => {
    const sink = new EventSink(thorough);
    adapter.callback?.(chunks, sink);
    return sink.sum;
  };
}

function bodyPass(
  adapter: Adapter,
  workload: "bodyCallback" | "iterator",
  chunks: readonly Uint8Array[],
): Pass {
  return async (thorough) => {
    const sink = new EventSink(thorough);
    await adapter[workload]?.(bodyOf(chunks), sink);
    return sink.sum;
  };
}

/** A body that has its next chunk whenever it is asked. */
function bodyOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks[next++] as Uint8Array<ArrayBuffer> | undefined;
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  });
}

/** What was written is read back by a parser that is not ours. */
async function sumOfText(text: string): Promise<Sum> {
  const { createParser } = await import("eventsource-parser");
  const sink = new EventSink(true);
  createParser({ onEvent: ({ event, data, id }) => sink.take(event ?? "message", data, id ?? "") }).feed(
    text,
  );
  return sink.sum;
}

function differs(expected: Sum, found: Sum): string | undefined {
  if (sameSum(expected, found)) return undefined;
  if (expected.events !== found.events) return `${found.events} of ${expected.events} events`;
  return expected.chars === found.chars
    ? "the characters differ"
    : `${found.chars} of ${expected.chars} characters`;
}
