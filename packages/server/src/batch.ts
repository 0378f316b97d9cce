import type { Frame } from "./frame.ts";
import { type Bytes, joinBytes } from "./sink/sink.ts";

/** The frames of one turn for one audience: joined once, for all of its connections. */
export class Batch {
  /** At least one, ascending, of one epoch. */
  readonly frames: readonly Frame[];
  readonly first: Frame;
  readonly last: Frame;
  /** Whether one of the events finishes the stream. */
  readonly hasEnd: boolean;
  /** Whether one of the events is for one principal alone. */
  readonly hasPrivate: boolean;
  #bytes: Bytes | undefined;

  constructor(frames: readonly Frame[], first: Frame) {
    this.frames = frames;
    this.first = first;
    this.last = frames.at(-1) ?? first;
    this.hasEnd = frames.some((frame) => frame.end);
    this.hasPrivate = frames.some((frame) => frame.principal !== undefined);
  }

  get bytes(): Bytes {
    this.#bytes ??= joinBytes(this.frames.map((frame) => frame.bytes));
    return this.#bytes;
  }
}
