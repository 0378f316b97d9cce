import { Buffer } from "node:buffer";
import { afterTurn } from "../turn.ts";
import { type Bytes, PIECE_BYTES } from "./sink.ts";

/** The last bytes that were framed: whoever gets the same gets them in the same turn, one after the other. */
let lastBytes: Bytes | undefined;
let lastChunks: readonly Buffer[] = [];

/**
 * Bytes as chunks of HTTP/1.1, in pieces of bounded size. RFC 9112, 7.1: the length in hexadecimal digits, the bytes,
 * and a line break after each. No bytes are no chunk: an empty one would be the end of the body.
 */
export function chunksOf(bytes: Bytes): readonly Buffer[] {
  if (bytes === lastBytes) return lastChunks;
  const chunks: Buffer[] = [];
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

/** A Buffer, since Node makes one of any other array for each socket. */
function chunkOf(piece: Bytes): Buffer {
  const head = `${piece.length.toString(16)}\r\n`;
  const chunk = Buffer.allocUnsafeSlow(head.length + piece.length + 2);
  chunk.write(head, 0, "latin1");
  chunk.set(piece, head.length);
  chunk.write("\r\n", head.length + piece.length, "latin1");
  return chunk;
}
