import type { Frame } from "../frame.ts";
import type { BackplaneListener, ReplayPage } from "./backplane.ts";
import type { Position } from "./message.ts";
import { RingLog, type RingLogLimits } from "./ring-log.ts";

/** What this process has read of a log elsewhere: for those who listen, and the newest of it for those who come back. */
export class LiveLog {
  readonly #limits: RingLogLimits;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<BackplaneListener>();
  #ring: RingLog;
  /** The ring has everything after this, but for what it let go. */
  #begin = 0;
  #position: Position = { epoch: "", offset: 0 };

  constructor(limits: RingLogLimits, onError: (error: unknown) => void) {
    this.#limits = limits;
    this.#onError = onError;
    this.#ring = this.#newRing();
  }

  /** Up to where the log was read. Its epoch is "" before `start`. */
  get position(): Position {
    return this.#position;
  }

  start(position: Position): void {
    this.#position = position;
    this.#begin = position.offset;
    this.#ring = this.#newRing();
  }

  /** The same listener twice is two. */
  add(listener: BackplaneListener): () => void {
    const own: BackplaneListener = {
      onFrames: (frames) => listener.onFrames(frames),
      onReset: (position) => listener.onReset(position),
    };
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Events in the order of the log. Those already read are passed over; a hole, or another epoch, is announced. */
  accept(frames: readonly Frame[]): void {
    let run: Frame[] = [];
    for (const frame of frames) {
      const { epoch, offset } = this.#position;
      if (frame.epoch === epoch && frame.offset <= offset) continue;
      if (frame.epoch !== epoch || frame.offset !== offset + 1) {
        this.#tell((listener) => listener.onFrames(run), run.length > 0);
        run = [];
        this.reset({ epoch: frame.epoch, offset: frame.offset - 1 });
      }
      this.#position = { epoch: frame.epoch, offset: frame.offset };
      this.#ring.append(frame);
      run.push(frame);
    }
    this.#tell((listener) => listener.onFrames(run), run.length > 0);
  }

  /** What follows comes after this position. */
  reset(position: Position): void {
    this.start(position);
    this.#tell((listener) => listener.onReset(position), true);
  }

  /** A page of what was read, or nothing where the log itself has to be asked. */
  replay(after: Position, channels: readonly string[], maxBytes: number): ReplayPage | undefined {
    const { epoch, offset } = this.#position;
    if (after.epoch !== epoch || after.offset >= offset || after.offset < this.#begin) return undefined;
    this.#ring.trim();
    if (this.#ring.trimmedOf(channels) > after.offset) return undefined;
    const { frames, upTo = offset } = this.#ring.read(after.offset, new Set(channels), maxBytes);
    return { gap: undefined, from: after, frames, upTo: { epoch, offset: upTo } };
  }

  close(): void {
    this.#listeners.clear();
  }

  #newRing(): RingLog {
    return new RingLog(this.#limits, () => performance.now());
  }

  /** What one listener throws is not the others' concern, nor the reader's. */
  #tell(tell: (listener: BackplaneListener) => void, isNeeded: boolean): void {
    if (!isNeeded) return;
    for (const listener of [...this.#listeners]) {
      try {
        tell(listener);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
