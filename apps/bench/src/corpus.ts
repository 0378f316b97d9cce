import type { BenchEvent } from "./event.ts";
import { Random } from "./random.ts";

/** One stream: its bytes, where its blocks end, and the events in it. */
export interface Corpus {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The offset behind every block (an event or a comment with its blank line). */
  readonly ends: readonly number[];
  readonly events: readonly BenchEvent[];
}

interface Recipe {
  readonly about: string;
  readonly make: (random: Random, size: number) => Block[];
}

/** One block of the stream and the event it holds, if it holds one. */
interface Block {
  readonly text: string;
  readonly event?: BenchEvent;
}

const MEGABYTE = 1_000_000;
const LATIN = [" the", " of", "ing", " stream", " event", " a", ".", ",", " \\n", " because", " 42"];
const WIDE = ["日本語", "、東京", " поток", " событие", "🙂", "👩‍💻", "한국어", "é", "数据", " ñandú"];

const RECIPES: { readonly [name: string]: Recipe } = {
  llm: {
    about: "LLM tokens, `data: {~250 B}`",
    make: (random, size) => fill(size, () => plain(token(random, LATIN))),
  },
  named: {
    about: "LLM tokens, `event:` and `data:`",
    make: (random, size) => fill(size, () => named("content_block_delta", delta(random))),
  },
  ticks: {
    about: "ticks: `id`, `event`, small `data`",
    make: (random, size) => fill(size, (n) => tick(random, n)),
  },
  json: {
    about: "large JSON, 64 KB to 1 MB a line",
    make: (random, size) =>
      [0.064, 0.128, 0.256, 0.512, 1, 0.096, 0.7].map((part) => plain(document(random, part * size))),
  },
  lines: { about: "500 data lines an event", make: (random, size) => fill(size, () => manyLines(random)) },
  crlf: {
    about: "LLM tokens, CRLF",
    make: (random, size) => fill(size, () => crlf(plain(token(random, LATIN)))),
  },
  multibyte: {
    about: "LLM tokens, CJK, Cyrillic and emoji",
    make: (random, size) => fill(size, () => plain(token(random, WIDE))),
  },
  heartbeats: {
    about: "comments, nine to an event",
    make: (random, size) =>
      fill(size, (n) => (n % 10 === 9 ? plain(random.word(12)) : { text: ": heartbeat\n\n" })),
  },
};

const HUGE = /^huge-(\d+)(kb|mb)$/;

/** Names of the corpora; `huge-64kb` … `huge-64mb`, one line of that size, is made for any size. */
export const corpusNames: readonly string[] = [...Object.keys(RECIPES), "huge-1mb"];

export function aboutCorpus(name: string): string {
  const huge = HUGE.exec(name);
  if (huge !== null) return `one line of ${huge[1]} ${huge[2]?.toUpperCase()}`;
  return RECIPES[name]?.about ?? name;
}

/** `size` is about how many bytes it has; a huge line's size is in its name, and large JSON has three times it. */
export function makeCorpus(name: string, size: number = MEGABYTE): Corpus {
  const huge = HUGE.exec(name);
  if (huge !== null) return hugeLine(name, Number(huge[1]) * (huge[2] === "kb" ? 1024 : 1024 * 1024));
  const recipe = RECIPES[name];
  if (recipe === undefined)
    throw new Error(`There is no corpus ${name}; there are ${corpusNames.join(", ")}.`);
  return assemble(name, recipe.make(new Random(20_251_121), size));
}

function assemble(name: string, blocks: readonly Block[]): Corpus {
  const encoder = new TextEncoder();
  const bytes = encoder.encode(blocks.map((block) => block.text).join(""));
  const ends: number[] = [];
  let end = 0;
  for (const block of blocks) {
    end += encoder.encode(block.text).length;
    ends.push(end);
  }
  const events = blocks.flatMap((block) => block.event ?? []);
  return { name, bytes, ends, events };
}

/** The line repeats every 65,534 bytes (9,362 × 7), so that equal chunks can be one view; see `chunks.ts`. */
export const HUGE_PERIOD = 65_534;

function hugeLine(name: string, size: number): Corpus {
  const random = new Random(size);
  const period = document(random, HUGE_PERIOD).slice(0, HUGE_PERIOD);
  const text = period.repeat(Math.ceil(size / HUGE_PERIOD)).slice(0, size - 8);
  return assemble(name, [plain(text)]);
}

function fill(size: number, block: (n: number) => Block): Block[] {
  const blocks: Block[] = [];
  for (let written = 0, n = 0; written < size; n++) {
    const next = block(n);
    blocks.push(next);
    written += next.text.length;
  }
  return blocks;
}

function plain(data: string): Block {
  return { text: `data: ${data}\n\n`, event: { type: "message", data, id: "" } };
}

function named(type: string, data: string): Block {
  return { text: `event: ${type}\ndata: ${data}\n\n`, event: { type, data, id: "" } };
}

function tick(random: Random, n: number): Block {
  const id = `k3v9-${n + 1}`;
  const data = `{"s":"${random.word(4).toUpperCase()}","p":${random.integer(100, 99_999) / 100}}`;
  return { text: `id: ${id}\nevent: tick\ndata: ${data}\n\n`, event: { type: "tick", data, id } };
}

function crlf(block: Block): Block {
  return { ...block, text: block.text.replaceAll("\n", "\r\n") };
}

function manyLines(random: Random): Block {
  const lines = Array.from({ length: 500 }, () => random.word(random.integer(10, 60)));
  const data = lines.join("\n");
  const text = `${lines.map((line) => `data: ${line}`).join("\n")}\n\n`;
  return { text, event: { type: "message", data, id: "" } };
}

function token(random: Random, words: readonly string[]): string {
  const content = random.pick(words) + random.pick(words);
  return (
    `{"id":"chatcmpl-${random.word(24)}","object":"chat.completion.chunk","created":1763700${random.integer(100, 999)},` +
    `"model":"large-1","system_fingerprint":"fp_${random.word(10)}","choices":[{"index":0,` +
    `"delta":{"content":"${content}"},"logprobs":null,"finish_reason":null}]}`
  );
}

function delta(random: Random): string {
  const text = random.pick(LATIN) + random.pick(LATIN);
  return `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${text}"}}`;
}

function document(random: Random, size: number): string {
  const rows: string[] = [];
  for (let length = 0; length < size; ) {
    const row = `{"id":${random.integer(1, 1e9)},"name":"${random.word(16)}","note":"${random.word(40)}"}`;
    rows.push(row);
    length += row.length + 1;
  }
  return `[${rows.join(",")}]`;
}
