import type { Asked, Reply } from "./reply.ts";

export type Source = EventSource;
type Make = new (url: string | URL, init?: EventSourceInit) => Source;

/** What one check does: it opens sources, and gives what it saw as plain data. */
export interface Check {
  /** The behaviour, as a sentence. Unique. */
  readonly name: string;
  /** Where it can be seen. Default: in windows, dedicated and shared workers. */
  readonly realms?: readonly Realm[];
  readonly run: (bench: Bench) => Promise<unknown> | unknown;
  readonly expected: unknown;
  /** It would disturb others: it runs when they are done. Default: false. */
  readonly alone?: boolean;
}

export type Realm = "window" | "worker" | "shared worker";

/** Puts checks into a list with less ado. */
export function check(
  name: string,
  run: Check["run"],
  expected: unknown,
  realms: readonly Realm[] = ["window", "worker", "shared worker"],
  alone = false,
): Check {
  return { name, run, expected, realms, alone };
}

const HOST = "site.localhost";

/** One check's tools. Whatever it opens is closed when it is over. */
export class Bench {
  /** The constructor under test. */
  readonly EventSource: Make;
  readonly #opened: Source[] = [];

  constructor(make: Make) {
    this.EventSource = make;
  }

  /** A relative URL, under which the server plays these replies. */
  play(...replies: readonly Reply[]): string {
    return `play/${Math.random().toString(36).slice(2)}?replies=${encodeURIComponent(JSON.stringify(replies))}`;
  }

  /** The same on another origin of the same site. */
  elsewhere(url: string): string {
    return new URL(url, this.origin(`api.${HOST}`)).href;
  }

  /** The origin of a host name that leads to the suite's server. */
  origin(host: string): string {
    return `http://${host}:${location.port}`;
  }

  open(url: string | URL, init?: EventSourceInit): Source {
    const source = init === undefined ? new this.EventSource(url) : new this.EventSource(url, init);
    this.#opened.push(source);
    return source;
  }

  /** What the server was asked under this URL, once there were so many requests, so many of them left. */
  async asked(url: string, requests = 0, left = 0): Promise<readonly Asked[]> {
    const id = new URL(url, location.origin).pathname.split("/")[2];
    for (;;) {
      const asked: readonly Asked[] = await (await fetch(`/asked/${id}`)).json();
      if (asked.length >= requests && asked.filter((one) => one.left).length >= left) return asked;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The data of messages, until there are so many. */
  messages(source: Source, count: number): Promise<readonly string[]> {
    return new Promise((resolve) => {
      const got: string[] = [];
      source.addEventListener("message", ({ data }) => {
        if (got.push(data) === count) resolve(got);
      });
    });
  }

  /** The first of these events. */
  next(source: Source, ...types: readonly string[]): Promise<MessageEvent> {
    return new Promise((resolve) => {
      // Of the types that are waited for, only messages have more than an event.
      for (const type of types)
        source.addEventListener(type, (event) => resolve(event as MessageEvent), { once: true });
    });
  }

  /** What comes of a source that should not open. */
  async failure(url: string, init?: EventSourceInit): Promise<readonly unknown[]> {
    const source = this.open(url, init);
    const event = await this.next(source, "open", "message", "error");
    return [event.type, source.readyState, event.constructor === Event, "data" in event];
  }

  close(): void {
    for (const source of this.#opened) source.close();
  }
}

/** What `failure` sees where the connection failed for good. */
export const FAILED: readonly unknown[] = ["error", 2, true, false];
