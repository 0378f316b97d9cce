import type { Frame, Place } from "./message.ts";

/** What one tab keeps of a stream: frames, and characters in them. */
const MAX_FRAMES = 4096;
const MAX_CHARS = 1_048_576;
/** How much may wait for a slow consumer before its tab stops reading, where it reads for itself alone. */
const FULL_FRAMES = 1024;
const FULL_CHARS = 262_144;

const sizeOf = ({ type, data, lastEventId, at }: Frame) =>
  type.length + data.length + lastEventId.length + at.length;

/**
 * The last frames of a stream, in order, and how far this tab's consumer has come in them. Bounded: what was told
 * goes first; when what was not told alone is too much, the consumer has lost its place. One frame of any size is
 * always kept.
 */
export class FrameLog {
  /** Nothing is dropped that was not told: whoever fills the log waits for room in it. */
  keepsUntold = false;
  #frames: Frame[] = [];
  #chars = 0;
  /** How many of the frames were told. Negative: that many that were not told are gone. */
  #told = 0;
  #toldChars = 0;
  /** The place before the first frame. */
  #floor: Place;
  #place: Place;

  constructor(place: Place) {
    this.#floor = place;
    this.#place = place;
  }

  /** Where the log ends. */
  get head(): Place {
    return this.#frames.at(-1) ?? this.#floor;
  }

  /** The place of the last frame that was told. */
  get place(): Place {
    return this.#place;
  }

  get isTold(): boolean {
    return this.#told === this.#frames.length;
  }

  get isFull(): boolean {
    const chars = this.#chars - this.#toldChars;
    return this.#frames.length - this.#told > FULL_FRAMES || chars > FULL_CHARS;
  }

  push(frame: Frame): void {
    this.#frames.push(frame);
    this.#chars += sizeOf(frame);
    while (this.#mayDrop(frame)) this.#drop();
  }

  /** The next frame to tell; from then on it counts as told. */
  take(): Frame | undefined {
    const frame = this.#frames[this.#told];
    if (frame === undefined) return undefined;
    this.#told++;
    this.#toldChars += sizeOf(frame);
    this.#place = frame;
    return frame;
  }

  /** Forgets everything: what comes next follows this place, and the consumer is there. */
  reset(place: Place): void {
    this.#frames = [];
    this.#chars = this.#told = this.#toldChars = 0;
    this.#floor = place;
    this.#place = place;
  }

  /** What follows a place; `undefined` where that is not known. */
  after(place: Place): readonly Frame[] | undefined {
    // Epoch 0 is no leader's: such a place is only a position.
    const same = ({ epoch, seq }: Place) => epoch > 0 && epoch === place.epoch && seq === place.seq;
    if (same(this.#floor)) return this.#frames.slice();
    let index = this.#frames.findLastIndex(same);
    // Where it is not the same leader's frame, it is the same position of the stream.
    if (index < 0 && place.at !== "") index = this.#frames.findLastIndex(({ at }) => at === place.at);
    if (index >= 0) return this.#frames.slice(index + 1);
    return place.at !== "" && this.#floor.at === place.at ? this.#frames.slice() : undefined;
  }

  #mayDrop(newest: Frame): boolean {
    if (this.#frames.length <= MAX_FRAMES && this.#chars <= MAX_CHARS) return false;
    if (this.#told > 0) return true;
    // What the newest one adds is not counted: a frame of any size has a place.
    const many = this.#frames.length > MAX_FRAMES || this.#chars - sizeOf(newest) > MAX_CHARS;
    return many && !this.keepsUntold && this.#frames.length > 1;
  }

  #drop(): void {
    const first = this.#frames.shift();
    if (first === undefined) return;
    this.#floor = first;
    this.#chars -= sizeOf(first);
    if (this.#told > 0) this.#toldChars -= sizeOf(first);
    this.#told--;
  }
}
