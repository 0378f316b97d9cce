import { DEFAULT_MAX_EVENT_BYTES, LimitError } from "@sse/protocol";
import { type Bytes, joinBytes } from "./sink/sink.ts";

const LF = 10;
const CR = 13;
const BOM = [0xef, 0xbb, 0xbf] as const;
/** Pieces of this size are kept as they are. */
const GATHERED_BYTES = 4096;
const NOTHING: Bytes = new Uint8Array(0);

/**
 * Cuts the bytes of an event stream where a block ends, so that nobody gets part of an event. Bytes are searched for
 * blank lines and nothing else; what comes before the last one is given back as it came.
 */
export class BlockAligner {
  readonly #maxEventBytes: number;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  /** How many bytes of a byte order mark have been seen; all of them once it is clear that none follows. */
  #bom = 0;
  /** Whether the next byte begins a line. */
  #atLineStart = true;
  /** The last byte was CR: an LF right after belongs to it. */
  #afterCr = false;

  constructor(maxEventBytes: number = DEFAULT_MAX_EVENT_BYTES) {
    this.#maxEventBytes = maxEventBytes;
  }

  /** Whether bytes wait for the end of their block. */
  get isInBlock(): boolean {
    return this.#pendingBytes > 0;
  }

  /** What waits for the end of its block. */
  get rest(): Bytes {
    return concat(this.#pending);
  }

  /** Whole blocks, as many as this chunk completes. @throws LimitError for a block that is too large */
  take(chunk: Uint8Array): Bytes {
    const bytes = this.#bom === BOM.length ? chunk : this.#withoutBom(chunk);
    if (bytes.length === 0) return NOTHING;
    const end = !this.#afterCr && !bytes.includes(CR) ? this.#endOfLf(bytes) : this.#endOfAny(bytes);
    const whole = end === 0 ? NOTHING : concat([...this.#pending, bytes.subarray(0, end)]);
    if (end > 0) this.#forget();
    if (end < bytes.length) this.#keep(end === 0 ? bytes : bytes.subarray(end));
    return whole;
  }

  #forget(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  #keep(rest: Uint8Array): void {
    this.#pending.push(rest);
    this.#gather();
    this.#pendingBytes += rest.length;
    const size = this.#pendingBytes;
    const limit = this.#maxEventBytes;
    if (size <= limit) return;
    this.#forget();
    throw new LimitError(`An event of the upstream has more than ${limit} bytes, its maxEventBytes.`, {
      limit,
      size,
    });
  }

  /** Tiny pieces become one, two of a size at a time: each costs a hundred times its byte. */
  #gather(): void {
    for (;;) {
      const [before, last] = this.#pending.slice(-2);
      if (before === undefined || last === undefined) return;
      if (before.length > last.length || before.length >= GATHERED_BYTES) return;
      this.#pending.splice(-2, 2, concat([before, last]));
    }
  }

  /** The end of the last block where all line ends are LF: found from behind, by the runtime's own search. */
  #endOfLf(bytes: Uint8Array): number {
    const wasAtLineStart = this.#atLineStart;
    this.#atLineStart = bytes[bytes.length - 1] === LF;
    for (let at = bytes.lastIndexOf(LF); at > 0; at = bytes.lastIndexOf(LF, at - 1)) {
      if (bytes[at - 1] === LF) return at + 1;
    }
    return wasAtLineStart && bytes[0] === LF ? 1 : 0;
  }

  /** [spec] A line ends with CRLF, LF or CR; a lone CR ends it at once. */
  #endOfAny(bytes: Uint8Array): number {
    let end = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === LF && this.#afterCr) {
        // The other half of a line end that ended a block stays with it.
        if (end === at && (at > 0 || !this.isInBlock)) end = at + 1;
        this.#afterCr = false;
        continue;
      }
      this.#afterCr = byte === CR;
      const isLineEnd = byte === LF || byte === CR;
      if (isLineEnd && this.#atLineStart) end = at + 1;
      this.#atLineStart = isLineEnd;
    }
    return end;
  }

  // [spec] One leading byte order mark is stripped; in the middle of what is written it would be part of a field.
  #withoutBom(chunk: Uint8Array): Uint8Array {
    let at = 0;
    while (this.#bom < BOM.length && at < chunk.length && chunk[at] === BOM[this.#bom]) {
      at++;
      this.#bom++;
    }
    if (this.#bom === BOM.length || at === chunk.length) return chunk.subarray(at);
    const others = BOM.slice(0, this.#bom);
    this.#bom = BOM.length;
    return concat([Uint8Array.from(others), chunk.subarray(at)]);
  }
}

function concat(parts: readonly Uint8Array[]): Bytes {
  // What fetch gives has a buffer of its own, which its type does not say.
  return joinBytes(parts as Bytes[]);
}
