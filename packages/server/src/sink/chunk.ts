import { afterTurn } from "../turn.ts";
import { type Bytes, PIECE_BYTES } from "./sink.ts";

const encoder: TextEncoder = new TextEncoder();

/** The last bytes that were framed: whoever gets the same gets them in the same turn, one after the other. */
let lastBytes: Bytes | undefined;
let lastChunks: readonly Bytes[] = [];

/**
 * Bytes as chunks of HTTP/1.1, in pieces of bounded size. RFC 9112, 7.1: the length in hexadecimal digits, the bytes,
 * and a line break after each. No bytes are no chunk: an empty one would be the end of the body.
 */
export function chunksOf(bytes: Bytes): readonly Bytes[] {
  if (bytes === lastBytes) return lastChunks;
  const chunks: Bytes[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    chunks.push(chunkOf(bytes.subarray(at, at + PIECE_BYTES)));
  if (lastBytes === undefined) afterTurn(forget);
  lastBytes = bytes;
  lastChunks = chunks;
  return chunks;
}

function forget(): void {
  lastBytes = undefined;
  lastChunks = [];
}

function chunkOf(piece: Bytes): Bytes {
  const head = encoder.encode(`${piece.length.toString(16)}\r\n`);
  const chunk = new Uint8Array(head.length + piece.length + 2);
  chunk.set(head);
  chunk.set(piece, head.length);
  chunk[chunk.length - 2] = 13;
  chunk[chunk.length - 1] = 10;
  return chunk;
}
