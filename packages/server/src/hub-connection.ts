import type { Position } from "./backplane/message.ts";
import type { Batch } from "./batch.ts";
import type { CloseReason } from "./close-reason.ts";
import { endBytes, type Frame, type GapReason, gapBytes, markBytes, reauthBytes } from "./frame.ts";
import type { Holder } from "./limits.ts";
import { formatPosition } from "./position.ts";
import { SendQueue, type SlowConsumer } from "./send-queue.ts";
import { type Bytes, joinBytes } from "./sink/sink.ts";
import { StallWatch } from "./stall.ts";
import { emptyComment, Transmission, type TransmissionPlan } from "./transmission.ts";

/** What all connections of a hub have in common. */
export interface HubConnectionRules {
  readonly maxQueueBytes: number | false;
  readonly maxStallMs: number | false;
  readonly slowConsumer: SlowConsumer;
  /** What the contract writes at the end, before `sse.end`. */
  readonly done: Bytes | undefined;
}

export interface HubConnectionPlan extends TransmissionPlan {
  readonly rules: HubConnectionRules;
  /** Where somebody asks for it later; it takes half of the memory that a connection has. */
  readonly request: Request | undefined;
  /** Distinct, sorted. */
  readonly channels: readonly string[];
  readonly holder: Holder;
  /** Where the process has read the log. */
  readonly start: Position;
}

export interface HubConnectionOwner {
  /** Up to where all connections have been given what was published. */
  readonly flushed: Position;
  onStalled(connection: HubConnection): void;
  onGap(connection: HubConnection, reason: GapReason): void;
  /** Exactly once. */
  onClosed(connection: HubConnection, reason: CloseReason): void;
}

/** One reader of a hub's log: a position that moves, and a queue for when the client is slower than the log. */
export class HubConnection {
  readonly channels: readonly string[];
  readonly holder: Holder;
  /** Where it stands among its audience; kept by that. */
  place = 0;
  /** Whether it gets what is published, past its replay; kept by the feed. */
  isLive = false;
  readonly #owner: HubConnectionOwner;
  readonly #rules: HubConnectionRules;
  readonly #request: Request | undefined;
  readonly #transmission: Transmission;
  /** Both from when the client first was slower than the log. */
  #queue: SendQueue | undefined;
  #stall: StallWatch | undefined;
  /** What the log has up to here, this connection has taken, as far as its channels go. */
  #taken: Position;
  /** The last position the client was sent. */
  #sent: Position;
  #finishing = false;
  #delivered = 0;
  #onReady: (() => void)[] | undefined;

  constructor(plan: HubConnectionPlan, owner: HubConnectionOwner) {
    this.#request = plan.request;
    this.channels = plan.channels;
    this.holder = plan.holder;
    this.#rules = plan.rules;
    this.#owner = owner;
    this.#taken = this.#sent = plan.start;
    this.#transmission = new Transmission(plan, this);
  }

  get body(): ReadableStream<Bytes> {
    return this.#transmission.body;
  }
  /** For hooks that the plan kept it for. */
  get request(): Request {
    if (this.#request === undefined) throw new TypeError("The request of this connection was let go.");
    return this.#request;
  }
  get isClosed(): boolean {
    return this.#transmission.reason !== undefined;
  }
  get position(): Position {
    return this.#taken;
  }
  get delivered(): number {
    return this.#delivered;
  }
  get dropped(): number {
    return this.#queue?.dropped ?? 0;
  }

  /** Settles when nothing waits for the client, or the connection has ended. */
  get ready(): Promise<void> {
    if (this.isClosed || this.#canSend) return Promise.resolve();
    this.#onReady ??= [];
    const waiting = this.#onReady;
    return new Promise((resolve) => waiting.push(resolve));
  }

  /** What was published in a turn. What this connection has already, by replay or elsewhere, is passed over. */
  deliver(batch: Batch): void {
    const { epoch, offset } = this.#taken;
    if (this.#finishing || batch.last.epoch !== epoch || batch.last.offset <= offset) return;
    this.#taken = batch.last;
    const own = batch.framesFor(this.holder.principal);
    if (own.length === 0) return;
    if (batch.hasEnd || batch.hasPrivate || batch.first.offset <= offset) {
      this.#take(this.#own(own.filter((frame) => frame.offset > offset)));
    } else if (this.#canSend) this.#send(batch.bytes, batch.frames.length, batch.last);
    else this.#enqueue(batch.frames);
  }

  /** A page of the log, which the client has asked for: it does not count against the queue's budget. */
  deliverPage(frames: readonly Frame[], upTo: Position): void {
    if (this.isClosed || this.#finishing) return;
    const own = this.#own(frames);
    this.#taken = upTo;
    const last = own.at(-1);
    if (last === undefined) return;
    this.#send(joinFrames(own), own.length, last);
    if (last.end) this.#finish();
  }

  /** An event of the current state, which stands for no event of the log: the position stays. It may be the end. */
  sendState(bytes: Bytes, isEnd: boolean): void {
    this.#send(bytes, 0, this.#sent);
    if (isEnd) this.#finish();
  }

  /** Tells the client where it stands. */
  mark(at: Position): void {
    this.#taken = at;
    this.#send(markBytes(at), 0, at);
  }

  /** Tells the client of a hole, and moves to where it ends; "state" will fill it, and the position stays. */
  gap(from: string, to: Position | "state", reason: GapReason): void {
    if (to !== "state") this.#taken = to;
    this.#send(gapBytes(from, to === "state" ? undefined : to, reason), 0, to === "state" ? this.#sent : to);
    this.#owner.onGap(this, reason);
  }

  /** Ends, with these bytes as the last; what waits in the queue is discarded: the client asks for it again. */
  close(reason: CloseReason, last?: Bytes): void {
    this.#transmission.close(reason, last);
  }

  /** The grant is no more, and with it what waits: it was covered by that. */
  reauthenticate(reason: "revoked" | "expired"): void {
    this.close(reason, reauthBytes());
  }

  heartbeat(): Bytes {
    // PROTOCOL.md, section 4: quiet channels move along with the log. This connection may have read more of it than
    // its process has, and never goes back.
    const to = further(this.#taken, this.#owner.flushed);
    const moved = to.epoch === this.#sent.epoch && to.offset > this.#sent.offset;
    if (!this.isLive || !moved || !this.#isQueueEmpty) return emptyComment();
    this.#taken = this.#sent = to;
    return markBytes(to);
  }

  onDrain(): void {
    this.#stall?.stop();
    while (!this.#isQueueEmpty && !this.#transmission.blocked && !this.isClosed) this.#sendQueue();
    if (this.#transmission.blocked) return;
    if (this.#finishing) this.#finish();
    this.#settle();
  }

  onClose(reason: CloseReason): void {
    this.#stall?.stop();
    this.#queue?.clear();
    this.#settle();
    this.#owner.onClosed(this, reason);
  }

  get #isQueueEmpty(): boolean {
    return this.#queue?.isEmpty ?? true;
  }

  get #canSend(): boolean {
    return !this.#transmission.blocked && this.#isQueueEmpty;
  }

  /** Those that this connection may have, up to the end of the stream. */
  #own(frames: readonly Frame[]): readonly Frame[] {
    const { principal } = this.holder;
    const own = frames.filter((frame) => frame.principal === undefined || frame.principal === principal);
    const end = own.findIndex((frame) => frame.end);
    return end === -1 ? own : own.slice(0, end + 1);
  }

  #take(frames: readonly Frame[]): void {
    const last = frames.at(-1);
    if (last === undefined) return;
    if (this.#canSend) this.#send(joinFrames(frames), frames.length, last);
    else this.#enqueue(frames);
    if (last.end) this.#finish();
  }

  #enqueue(frames: readonly Frame[]): void {
    const { maxQueueBytes, slowConsumer } = this.#rules;
    this.#queue ??= new SendQueue(maxQueueBytes, slowConsumer);
    const queue = this.#queue;
    if (!frames.every((frame) => queue.push(frame))) this.close("slow");
  }

  #sendQueue(): void {
    const before = this.#sent;
    if (this.#queue === undefined) return;
    const { frames, dropped } = this.#queue.take();
    const last = frames.at(-1);
    if (last === undefined) return;
    const parts = frames.map((frame) => frame.bytes);
    if (dropped !== undefined) {
      parts.unshift(gapBytes(formatPosition(before), dropped, "overflow"));
      this.#owner.onGap(this, "overflow");
    }
    this.#send(joinBytes(parts), frames.length, last);
  }

  #send(bytes: Bytes, events: number, last: Position): void {
    if (this.isClosed) return;
    this.#delivered += events;
    this.#sent = last;
    if (!this.#transmission.write(bytes) && !this.isClosed) this.#startStall();
  }

  #startStall(): void {
    this.#stall ??= new StallWatch(this.#transmission, this.#rules.maxStallMs, () => this.#onStalled());
    this.#stall.start();
  }

  #onStalled(): void {
    this.#owner.onStalled(this);
    this.close("slow");
  }

  /** The stream is finished: what waits goes out first. */
  #finish(): void {
    this.#finishing = true;
    if (!this.#isQueueEmpty) return;
    const { done } = this.#rules;
    this.close("ended", done === undefined ? endBytes() : joinBytes([done, endBytes()]));
  }

  #settle(): void {
    for (const resolve of this.#onReady?.splice(0) ?? []) resolve();
  }
}

/** The later of two positions of one epoch; of two epochs, the process knows which one counts. */
function further(own: Position, process: Position): Position {
  return own.epoch === process.epoch && own.offset > process.offset ? own : process;
}

function joinFrames(frames: readonly Frame[]): Bytes {
  return joinBytes(frames.map((frame) => frame.bytes));
}
