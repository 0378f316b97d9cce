import { ClosedError } from "@sse/protocol";
import { type Bytes, HIGH_WATER_BYTES, joinBytes, type Sink, type SinkOwner } from "./sink.ts";

const sinks: WeakMap<ReadableStream, StreamSink> = new WeakMap();

/**
 * The sink that runs everywhere: the body of a `Response`. The stream itself buffers one chunk at most, so that what
 * waits is joined into one when the runtime comes for it, and so that a runtime which knows a shorter way to the
 * socket can take the sink over before anything was read.
 *
 * As long as the runtime is waiting whenever bytes come, its `pull` stays unanswered: a call and a promise less for
 * each event (the server's bench, "through srvx").
 */
export class StreamSink implements Sink {
  readonly body: ReadableStream<Bytes>;
  readonly #owner: SinkOwner;
  #controller!: ReadableStreamDefaultController<Bytes>; // set by `start`, which the constructor runs
  #waiting: Bytes[] = [];
  #waitingBytes = 0;
  /** Answers `pull`: somebody asked for bytes, and has not been given more than was asked for. */
  #answer: (() => void) | undefined;
  #full = false;
  /** Somebody came for bytes, so that nobody else can take the sink over. */
  #touched = false;
  #ending = false;
  #over = false;
  #target: Sink | undefined;

  constructor(owner: SinkOwner) {
    this.#owner = owner;
    this.body = new ReadableStream<Bytes>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => this.#cancel(),
      },
      { highWaterMark: 0 },
    );
    sinks.set(this.body, this);
  }

  get waitingBytes(): number {
    return this.#target?.waitingBytes ?? this.#waitingBytes;
  }

  write(bytes: Bytes): boolean {
    if (this.#target !== undefined) return this.#target.write(bytes);
    if (this.#over || this.#ending) return false;
    if (this.#answer === undefined) this.#waiting.push(bytes);
    else {
      this.#controller.enqueue(bytes);
      if (this.#controller.desiredSize === 0) return true; // it went to somebody who was waiting
      this.#answerPull(); // it waits in the stream, and the next who waits asks again
    }
    this.#waitingBytes += bytes.length;
    this.#full = this.#waitingBytes >= HIGH_WATER_BYTES;
    return !this.#full;
  }

  end(): void {
    this.#target?.end();
    if (this.#target !== undefined || this.#over) return;
    this.#ending = true;
    if (this.#waiting.length === 0) this.#close();
  }

  destroy(): void {
    this.#target?.destroy();
    if (this.#target !== undefined || this.#over) return;
    this.#over = true;
    this.#drop();
    this.#controller.error(new ClosedError("The connection was closed before everything was sent."));
  }

  /** The client is gone: as `destroy`, but without an error, which runtimes would report as a failure. */
  release(): void {
    this.#target?.destroy();
    if (this.#target !== undefined || this.#over) return;
    this.#drop();
    this.#close();
  }

  /**
   * Gives everything that waits, and all that follows, to another sink. False, and nothing happens, where somebody
   * reads the body already. `signal` is one that is aborted when that sink says that its client is gone.
   */
  redirect(open: (owner: SinkOwner) => Sink, signal?: AbortSignal | undefined): boolean {
    if (this.#touched || this.#over || this.body.locked) return false;
    const { body } = this;
    body.getReader(); // locked from here on: nobody else can read it
    const target = open(this.#owner);
    const wasFull = this.#full;
    this.#target = target;
    const room = this.#waiting.length === 0 || target.write(joinBytes(this.#waiting));
    this.#drop();
    this.#owner.onRedirect?.(target, signal);
    if (this.#ending) target.end();
    else if (wasFull && room) this.#owner.onDrain();
    return true;
  }

  #pull(): Promise<void> | undefined {
    this.#touched = true;
    const waiting = this.#waiting;
    const wasFull = this.#full;
    this.#drop();
    let answered: Promise<void> | undefined;
    if (waiting.length > 0) this.#controller.enqueue(joinBytes(waiting));
    else {
      answered = new Promise((resolve) => {
        this.#answer = resolve;
      });
    }
    if (this.#ending) this.#close();
    else if (wasFull) this.#owner.onDrain();
    return answered;
  }

  #answerPull(): void {
    this.#answer?.();
    this.#answer = undefined;
  }

  #close(): void {
    this.#over = true;
    this.#controller.close();
    this.#answerPull();
  }

  #cancel(): void {
    this.#over = true;
    this.#drop();
    this.#owner.onGone();
  }

  #drop(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#full = false;
    this.#answerPull();
  }
}

/** The sink behind a response's body, if the body is one of ours and is not wrapped. */
export function sinkOf(body: ReadableStream): StreamSink | undefined {
  return sinks.get(body);
}
