import { encodeEvent, REAUTH_TYPE } from "@sse/protocol";
import type { Position } from "./backplane/backplane.ts";
import {
  endFrame,
  type Frame,
  frameOf,
  type GapReason,
  gapFrame,
  markFrame,
  retryFrame,
  spread,
} from "./frame.ts";
import type { Holder } from "./limits.ts";
import { type CloseReason, Outlet, type OutletOptions } from "./outlet.ts";
import { formatPosition } from "./position.ts";

const REAUTH: Frame = frameOf(encodeEvent({ type: REAUTH_TYPE, data: "" }));

/** One reader of a hub's log: a position that moves, and an outlet. */
export class HubConnection {
  readonly outlet: Outlet;
  readonly channels: readonly string[];
  readonly holder: Holder;
  readonly request: Request;
  /** What the log has up to here, this connection has been given, as far as its channels go. */
  position: Position;
  #delivered = 0;

  constructor(
    request: Request,
    channels: readonly string[],
    holder: Holder,
    start: Position,
    options: Omit<OutletOptions, "heartbeat"> & { readonly live: () => Position | undefined },
  ) {
    this.request = request;
    this.channels = channels;
    this.holder = holder;
    this.position = start;
    this.outlet = new Outlet({ ...options, heartbeat: () => this.#catchUpMark(options.live()) });
  }

  get delivered(): number {
    return this.#delivered;
  }

  /** A live event. [DESIGN 10.3] What this connection already has, from another process or by replay, is passed. */
  accept(frame: Frame, finished: boolean, done: string | undefined): void {
    if (frame.offset <= this.position.offset) return;
    this.position = { epoch: this.position.epoch, offset: frame.offset };
    this.#delivered++;
    this.outlet.send(frame);
    if (finished) this.finish(done);
  }

  /** Events of the past, which do not count against the queue's budget. */
  acceptPage(frames: readonly Frame[], upTo: number): void {
    this.position = { epoch: this.position.epoch, offset: upTo };
    this.#delivered += frames.length;
    this.outlet.sendAll(frames);
  }

  mark(): void {
    this.outlet.send(markFrame(formatPosition(this.position)));
  }

  /** Announces a hole that ends at this position, which becomes the connection's. */
  gap(to: Position, from: string, reason: GapReason): void {
    this.position = to;
    this.outlet.send(gapFrame(formatPosition(to), from, reason));
  }

  /** Announces a hole that the current state will fill; the position moves when that has been sent. */
  gapBeforeState(from: string, reason: GapReason): void {
    this.outlet.send(gapFrame(undefined, from, reason));
  }

  finish(done: string | undefined): void {
    this.outlet.send(endFrame(done));
    this.outlet.end("ended");
  }

  /** [DESIGN 10.11] What waits was covered by a grant that is no more: it is dropped. */
  reauthenticate(reason: CloseReason): void {
    this.outlet.endWith(REAUTH, reason);
  }

  drain(retryMs: number | undefined): void {
    if (retryMs !== undefined) this.outlet.send(retryFrame(spread(retryMs)));
    this.outlet.end("drained");
  }

  /** [DESIGN 10.1] In place of a comment, where the log moved on without this connection's channels. */
  #catchUpMark(live: Position | undefined): Frame | undefined {
    if (live === undefined || live.epoch !== this.position.epoch || live.offset <= this.position.offset)
      return undefined;
    this.position = live;
    return markFrame(formatPosition(live));
  }
}
