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
  #byPrincipal: ReadonlyMap<string | undefined, readonly Frame[]> | undefined;

  constructor(frames: readonly Frame[], first: Frame) {
    this.frames = frames;
    this.first = first;
    this.last = frames.at(-1) ?? first;
    this.hasEnd = frames.some((frame) => frame.end);
    this.hasPrivate = frames.some((frame) => frame.principal !== undefined);
  }

  /** Those that a principal may have; sorted out once for all, since of many private ones most are others'. */
  framesFor(principal: string | undefined): readonly Frame[] {
    if (!this.hasPrivate) return this.frames;
    this.#byPrincipal ??= byPrincipal(this.frames);
    const shared = this.#byPrincipal.get(undefined) ?? [];
    const own = principal === undefined ? undefined : this.#byPrincipal.get(principal);
    return own === undefined ? shared : [...shared, ...own].sort((a, b) => a.offset - b.offset);
  }

  get bytes(): Bytes {
    this.#bytes ??= joinBytes(this.frames.map((frame) => frame.bytes));
    return this.#bytes;
  }
}

function byPrincipal(frames: readonly Frame[]): ReadonlyMap<string | undefined, readonly Frame[]> {
  const groups = new Map<string | undefined, Frame[]>();
  for (const frame of frames) {
    const group = groups.get(frame.principal);
    if (group === undefined) groups.set(frame.principal, [frame]);
    else group.push(frame);
  }
  return groups;
}
