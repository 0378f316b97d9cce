import type { ConnectionFace } from "../connection.ts";
import type { FrameLog } from "./frame-log.ts";
import type { Frame } from "./message.ts";

/** Tells a tab's consumer the frames of its log, in its own time. */
export class Inbox {
  readonly #log: FrameLog;
  readonly #face: ConnectionFace;
  readonly #onLost: () => void;
  #busy = false;
  #closed = false;
  #room: (() => void) | undefined;
  #whenRoom: Promise<void> | undefined;
  #onTold: (() => void) | undefined;

  /** `onLost`: the consumer is ready again, and what comes next for it is no longer in the log. */
  constructor(log: FrameLog, face: ConnectionFace, onLost: () => void) {
    this.#log = log;
    this.#face = face;
    this.#onLost = onLost;
  }

  /** Tells what there is, as far as the consumer is ready for it; goes on by itself when it is again. */
  pump(): void {
    while (!this.#busy && !this.#closed && !this.#log.isTold) {
      this.#busy = true;
      const busy = this.#face.ready();
      if (busy !== undefined) {
        busy.then(() => {
          this.#busy = false;
          this.pump();
        });
        return;
      }
      const frame = this.#log.take();
      if (frame !== undefined) this.#tell(frame);
      this.#busy = false;
      if (frame === undefined) {
        this.#onLost();
        return;
      }
    }
    if (!this.#log.isFull) this.makeRoom();
    if (!this.#busy && this.#log.isTold) this.#onTold?.();
  }

  /** A promise while too much waits for the consumer. */
  whenRoom(): Promise<void> | undefined {
    if (!this.#log.isFull || this.#closed) return undefined;
    this.#whenRoom ??= new Promise((resolve) => {
      this.#room = resolve;
    });
    return this.#whenRoom;
  }

  /** Whoever waits for room need not any longer. */
  makeRoom(): void {
    this.#room?.();
    this.#room = this.#whenRoom = undefined;
  }

  /** Calls `then` once, when everything was told. */
  whenTold(then: () => void): void {
    this.#onTold = () => {
      this.#onTold = undefined;
      then();
    };
    this.pump();
  }

  close(): void {
    this.#closed = true;
    this.#onTold = undefined;
    this.makeRoom();
  }

  #tell({ type, data, lastEventId, at }: Frame): void {
    if (type !== "") this.#face.onEvent({ type, data, lastEventId });
    else if (data !== "") this.#face.onPoisonId(data);
    if (!this.#closed) this.#face.onPosition(at);
  }
}
