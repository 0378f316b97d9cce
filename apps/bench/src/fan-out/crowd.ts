import { connect, type Socket } from "node:net";
import { LateReader } from "./late-reader.ts";
import type { Received, Resumed } from "./messages.ts";
import { MARK_BYTE, MARK_LENGTH, nowUs, timeBehind } from "./tick.ts";

/** How many connect at a time: more would only wait in the server's backlog. */
const AT_ONCE = 100;
/** Who reads nothing for so long has everything. */
const QUIET_MS = 1000;
/** All sockets read into the same bytes: nothing is kept of them. */
const buffer: Uint8Array = new Uint8Array(262_144);

/**
 * Many clients in one process, each a bare socket: they look for the mark of each event and for nothing else, so that
 * they cost less than any server. A crowd knows for each client whether it got every event, no more and no fewer.
 */
export class Crowd {
  readonly #port: number;
  readonly #request: string;
  readonly #sockets: Socket[] = [];
  #counts = new Int32Array(0);
  #stalled = 0;
  #opened = 0;
  #closed = 0;
  #bytes = 0;
  #expected = 0;
  /** Clients that have as many as expected. */
  #complete = 0;
  #times: number[] | undefined;
  #late: LateReader[] = [];
  #onProgress: (() => void) | undefined;

  constructor(port: number, path = "/") {
    this.#port = port;
    this.#request = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n`;
  }

  /** The first ones stop reading as soon as they have their response. */
  async open(connections: number, stalled: number): Promise<number> {
    this.#counts = new Int32Array(connections);
    this.#stalled = stalled;
    for (let at = 0; at < connections; at += AT_ONCE) {
      const until = Math.min(connections, at + AT_ONCE);
      for (let index = at; index < until; index++) this.#connect(index);
      await this.#until(() => this.#opened + this.#closed >= until, 30_000);
    }
    return this.#opened;
  }

  /** Those that stopped read on, until nothing comes any more; what each of them saw. */
  async resume(since: number): Promise<Resumed> {
    const late = this.#sockets.slice(0, this.#stalled);
    this.#late = late.map(() => new LateReader());
    for (const socket of late) socket.resume();
    for (let before = -1; before !== this.#bytes; ) {
      before = this.#bytes;
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      await new Promise((resolve) => setImmediate(resolve)); // a machine that was away reads before it is called quiet
    }
    return {
      alive: late.filter((socket) => !socket.destroyed).length,
      gaps: this.#late.filter(({ hasGap }) => hasGap).length,
      current: this.#late.filter(({ newest }) => newest >= since).length,
    };
  }

  /** Counts anew from here. */
  reset(times: boolean): void {
    this.#counts.fill(0);
    this.#expected = Number.POSITIVE_INFINITY;
    this.#complete = 0;
    this.#bytes = 0;
    this.#times = times ? [] : undefined;
  }

  /** Until each of those who read has so many events. */
  async wait(events: number, timeoutMs: number): Promise<Received> {
    const readers = this.#counts.length - this.#stalled;
    this.#expected = events;
    this.#complete = this.#counts
      .subarray(this.#stalled)
      .reduce((sum, got) => sum + (got >= events ? 1 : 0), 0);
    await this.#until(() => this.#complete >= readers, timeoutMs);
    await new Promise((resolve) => setTimeout(resolve, 20)); // one too many would come now
    const counts = this.#counts.subarray(this.#stalled);
    const complete = counts.reduce((sum, count) => sum + (count === events ? 1 : 0), 0);
    const received = { complete, incomplete: readers - complete, closed: this.#closed, bytes: this.#bytes };
    if (this.#times === undefined) return received;
    const sorted = Float64Array.from(this.#times).sort();
    const share = (part: number): number => (sorted[Math.floor(sorted.length * part)] ?? Number.NaN) / 1000;
    return { ...received, p50: share(0.5), p99: share(0.99) };
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(index: number): void {
    let isOpen = false;
    const socket: Socket = connect({
      port: this.#port,
      host: "127.0.0.1",
      onread: {
        buffer,
        callback: (length) => {
          if (isOpen) this.#receive(index, length);
          else {
            isOpen = true;
            if (Buffer.from(buffer.buffer, 0, 12).toString("latin1") === "HTTP/1.1 200") this.#opened++;
            else socket.destroy();
            if (index < this.#stalled) socket.pause();
            this.#onProgress?.();
          }
          return true;
        },
      },
    });
    this.#sockets.push(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#closed++;
      this.#onProgress?.();
    });
    socket.write(this.#request);
  }

  #receive(index: number, length: number): void {
    this.#bytes += length;
    const bytes = buffer.subarray(0, length);
    this.#late[index]?.read(bytes);
    let events = 0;
    for (let at = bytes.indexOf(MARK_BYTE); at >= 0; at = bytes.indexOf(MARK_BYTE, at + 1)) {
      events++;
      if (at + MARK_LENGTH <= length) this.#times?.push(nowUs() - timeBehind(bytes, at));
    }
    const before = this.#counts[index] ?? 0;
    this.#counts[index] = before + events;
    if (before < this.#expected && before + events >= this.#expected) {
      this.#complete++;
      this.#onProgress?.();
    }
  }

  /** Looks whenever something changed. */
  #until(condition: () => boolean, timeoutMs: number): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#onProgress = undefined;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#onProgress = () => {
        if (condition()) done();
      };
    });
  }
}
