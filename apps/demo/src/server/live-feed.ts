import { setImmediate as nextTurn } from "node:timers/promises";
import { type Backplane, type ChannelHub, createChannelHub } from "@sse/server";
import { type JobState, live, type Sample, type Snapshot, type Stamp } from "../contract.ts";

/** What a page can subscribe to: everybody hears the machine and the job, and each page its own bursts. */
export type Channel = "machine" | "job" | `burst:${string}`;
/** Two whole bursts and five minutes of everything else: a page that was away for less misses nothing. */
export const REPLAY = { maxEvents: 250_000, maxBytes: 64 * 2 ** 20, maxAgeMs: 5 * 60_000 } as const;
export const HEARTBEAT_MS = 2000;

type Unstamped<T extends Stamp> = Omit<T, keyof Stamp>;

const HISTORY_SAMPLES = 600; // a minute
/** Published in one turn of the event loop; then readers get a turn. */
const BURST_SLICE = 500;

/**
 * All that is live, in one log: one connection a page carries every channel of it, and one last event ID resumes
 * them all. It also remembers what a new page shows first, and the position in the log where that was true, so
 * that what a page is rendered with and what it then receives fit together without hole or overlap.
 */
export class LiveFeed {
  readonly #hub: ChannelHub<typeof live.events, Channel>;
  readonly #run: number;
  readonly #numbers = new Map<Channel, number>();
  readonly #samples: Sample[] = [];
  #job: JobState;
  #position = "";

  /** @param backplane where the log is, if not in this process */
  constructor(run: number, job: Unstamped<JobState>, backplane?: Backplane) {
    this.#run = run;
    this.#job = { ...job, run, n: 0 };
    this.#hub = createChannelHub<typeof live.events, Channel>(live, {
      backplane,
      replay: REPLAY,
      heartbeatMs: HEARTBEAT_MS,
    });
  }

  async sample(sample: Unstamped<Sample>): Promise<void> {
    const stamped: Sample = { ...sample, ...this.#stamp("machine") };
    const id = await this.#hub.publish("sample", stamped, { channel: "machine" });
    this.#position = id;
    this.#samples.push(stamped);
    if (this.#samples.length > HISTORY_SAMPLES) this.#samples.shift();
  }

  async job(state: Unstamped<JobState>): Promise<void> {
    const stamped: JobState = { ...state, ...this.#stamp("job") };
    const id = await this.#hub.publish("job", stamped, { channel: "job" });
    this.#position = id;
    this.#job = stamped;
  }

  /** As many events as asked for, to one page, as fast as its readers can be given them. */
  async burst(page: string, events: number): Promise<void> {
    const channel: Channel = `burst:${page}`;
    for (let from = 1; from <= events; from += BURST_SLICE) {
      const slice = Array.from({ length: Math.min(BURST_SLICE, events - from + 1) }, (_, i) => from + i);
      await Promise.all(
        slice.map((index) =>
          this.#hub.publish("burst", { index, of: events, ...this.#stamp(channel) }, { channel }),
        ),
      );
      await nextTurn();
    }
  }

  /** The live stream of one page. */
  respond(request: Request, page: string): Promise<Response> {
    return this.#hub.respond(request, { channels: channelsOf(page) });
  }

  get facts(): Sample["hub"] {
    const { connections, delivered } = this.#hub.stats();
    return { connections, delivered };
  }

  snapshot(): Omit<Snapshot, "server"> {
    return { samples: this.#samples, job: this.#job, lastEventId: this.#position };
  }

  close(): Promise<void> {
    return this.#hub.close();
  }

  #stamp(channel: Channel): Stamp {
    const n = (this.#numbers.get(channel) ?? 0) + 1;
    this.#numbers.set(channel, n);
    return { run: this.#run, n };
  }
}

/** What one page's live stream carries. */
export function channelsOf(page: string): readonly [Channel, ...Channel[]] {
  return ["machine", "job", `burst:${page}`];
}
