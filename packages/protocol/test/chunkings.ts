/** From this length on not every border is tried, which would be quadratic, but those near the ends and a stride. */
const LONG = 1_000;
const STRIDE = 29; // a prime, so that it falls into step with no repetition in a stream

/** Every way in which a test cuts a stream: one chunk, two at every border, pieces of one and of three. */
export function* chunkings<T extends Uint8Array | string>(
  stream: T,
): Generator<{ readonly name: string; readonly chunks: readonly T[] }> {
  yield { name: "whole", chunks: [stream] };
  for (let at = 0; at <= stream.length; at++) {
    if (stream.length >= LONG && at > 100 && at < stream.length - 100 && at % STRIDE !== 0) continue;
    yield { name: `split at ${at}`, chunks: [slice(stream, 0, at), slice(stream, at, stream.length)] };
  }
  for (const size of [1, 3]) yield { name: `in pieces of ${size}`, chunks: pieces(stream, size) };
}

/** The stream in pieces of one size; the last may be shorter. */
export function pieces<T extends Uint8Array | string>(stream: T, size: number): readonly T[] {
  const chunks: T[] = [];
  for (let at = 0; at < stream.length; at += size) {
    chunks.push(slice(stream, at, Math.min(at + size, stream.length)));
  }
  return chunks;
}

function slice<T extends Uint8Array | string>(stream: T, from: number, to: number): T {
  // A copy, so that a parser which keeps views of its input would be found out. `slice` of T is T.
  return stream.slice(from, to) as T;
}
