import { type Corpus, HUGE_PERIOD } from "./corpus.ts";

/** How a stream is cut: bytes a chunk, or one block a chunk. */
export const chunkings = ["64k", "1400", "event", "7"] as const;
export type Chunking = (typeof chunkings)[number];

const SIZES: { readonly [name in Chunking]: number } = { "64k": 65_536, "1400": 1400, event: 0, "7": 7 };
const MANY = 8 * 1024 * 1024;

export function aboutChunking(chunking: Chunking): string {
  const about = { "64k": "64 KB", "1400": "1,400 B", event: "one event a chunk", "7": "7 B" } as const;
  return about[chunking];
}

/** The corpus in pieces: views of its bytes, made before any time is taken. */
export function cut(corpus: Corpus, chunking: Chunking): Uint8Array[] {
  const size = SIZES[chunking];
  if (size === 0) return atEnds(corpus);
  const { bytes } = corpus;
  const chunks: Uint8Array[] = [];
  // 64 MB in 7 bytes would be nine million views: a line that repeats itself needs those of one period only.
  const shared = bytes.length >= MANY && HUGE_PERIOD % size === 0 ? new Map<number, Uint8Array>() : undefined;
  for (let at = 0; at < bytes.length; at += size) {
    const inside = at >= HUGE_PERIOD && at + size < bytes.length - HUGE_PERIOD;
    const key = at % HUGE_PERIOD;
    let chunk = inside ? shared?.get(key) : undefined;
    if (chunk === undefined) {
      chunk = bytes.subarray(at, at + size);
      if (inside) shared?.set(key, chunk);
    }
    chunks.push(chunk);
  }
  return chunks;
}

function atEnds(corpus: Corpus): Uint8Array[] {
  let start = 0;
  return corpus.ends.map((end) => {
    const chunk = corpus.bytes.subarray(start, end);
    start = end;
    return chunk;
  });
}
