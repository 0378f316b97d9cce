/**
 * Streams for the differential tests, made from a few random bytes: what shrinks is those bytes, and so the stream
 * and its chunks.
 */
const encoder = new TextEncoder();

/** What goes wrong in parsers: pieces of fields, every line end, NULs, byte order marks, malformed UTF-8, runs. */
const WILD: readonly Uint8Array[] = [
  ..."\n|\n|\n|\r|\r|\r\n|\r\n|\n\n|\r\r|\r\n\r\n|\n\r|:|:| |  |\t|\0|\uFEFF|\u2028|\u0085|a|0|7|é|€|😀".split(
    "|",
  ),
  ..."data|data:|data: |data: x|data: x\n|data: y\n\n|data\n|data:\n|data: \r|data:é\r\n|data: 😀\n\n".split(
    "|",
  ),
  ..."event|event:|event: |event: t\n|event: message\n|event:\r|event: __proto__\n|events: t\n|even".split(
    "|",
  ),
  ..."id|id:|id: |id: 1\n|id: 2\r\n|id\n|id:\r|id: \0\n|id: a\0b\n|ids: 1\n|i".split("|"),
  ..."retry|retry:|retry: |retry: 10\n|retry: 007\r|retry: -1\n|retry:\n|retry: 5x\n|retry: ٣\n|r".split("|"),
  ...":\n|: c\n|: c\r\n|:\n\n|:c\r|Data: x\n|d|da|dat|foo: b\n|foo\n| data: x\n|data : x\n".split("|"),
  ...["x".repeat(31), "y".repeat(64), "é".repeat(40), "€".repeat(22), "😀".repeat(17), "z".repeat(700)],
].map((text) => encoder.encode(text));

const MALFORMED: readonly Uint8Array[] = [
  ...[[0xc3], [0xe2], [0xe2, 0x82], [0xf0], [0xf0, 0x9f], [0xf0, 0x9f, 0x98], [0x80], [0xbf], [0xff], [0xfe]],
  ...[
    [0xc0, 0x8a],
    [0xe0, 0x80, 0x8a],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xef],
    [0xef, 0xbb],
    [0xc1],
  ],
].map((bytes) => Uint8Array.from(bytes));

const WILD_TOKENS: readonly Uint8Array[] = [...WILD, ...MALFORMED];

/** Whole lines, as servers write them: what the fast ways are made for. */
const TAME_TOKENS: readonly Uint8Array[] = [
  ..."data: 1\n\n|data: token\n\n|data: 42\n\n|event: add\ndata: {}\n\n|id: 9\nevent: t\ndata: a\n\n".split(
    "|",
  ),
  ..."data: a\n|data:b\n|data\n|\n|\n|id: 17\n|id\n|event: tick\n|retry: 3000\n|: note\n|:\n\n|: keep\n\n".split(
    "|",
  ),
  `data: {"text":"${"word ".repeat(40)}"}\n\n`,
  "data: größer 日本語 😀\n\n",
  `data: ${"€".repeat(60)}\n\n`,
].map((text) => encoder.encode(text));

/** The same with CRLF. */
const TAME_CRLF_TOKENS: readonly Uint8Array[] = TAME_TOKENS.map((token) =>
  encoder.encode(new TextDecoder().decode(token).replaceAll("\n", "\r\n")),
);

/** A stream of the tokens that the bytes stand for; the first byte chooses the kind of stream. */
export function streamFrom(genome: Uint8Array): Uint8Array {
  const kind = (genome[0] ?? 0) % 4;
  const tokens = kind === 0 ? TAME_TOKENS : kind === 1 ? TAME_CRLF_TOKENS : WILD_TOKENS;
  const parts = Array.from(genome.subarray(1), (gene) => tokens[gene % tokens.length] as Uint8Array);
  const stream = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    stream.set(part, at);
    at += part.length;
  }
  return stream;
}

/** Chunk sizes around which a parser may change its way, empty chunks, and all small ones. */
const CHUNK_SIZES: readonly number[] = [
  ...[0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 11, 13, 16, 17, 24, 29, 30, 31, 32, 32, 33, 34, 35, 36],
  ...[48, 60, 61, 62, 63, 64, 64, 65, 66, 67, 100, 127, 128, 129, 300, 1400, 5000],
];

/** The stream in chunks whose sizes the bytes stand for, over and over; whole where there are none. */
export function chunksFrom<T extends Uint8Array | string>(stream: T, genome: Uint8Array): readonly T[] {
  const sizes = Array.from(genome, (gene) => CHUNK_SIZES[gene % CHUNK_SIZES.length] as number);
  if (!sizes.some((size) => size > 0)) return [stream];
  const chunks: T[] = [];
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = sizes[turn % sizes.length] as number;
    // A slice of T is T.
    chunks.push(stream.slice(at, at + size) as T);
    at += size;
  }
  return chunks;
}
