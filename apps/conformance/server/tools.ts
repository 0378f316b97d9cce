import type { RuntimeName } from "../runners/check.ts";
import type { HubFacts, HubSetup, Publication, StreamFacts } from "./facts.ts";
import { RawClient, type RawRequest } from "./raw-client.ts";

let cases = 0;

/** A hub that a check has to itself. */
export class RemoteHub {
  readonly #origin: string;
  readonly #port: number;
  readonly #case = `h${++cases}`;

  constructor(port: number) {
    this.#port = port;
    this.#origin = `http://127.0.0.1:${port}`;
  }

  url(more = ""): string {
    return `${this.#origin}${this.path(more)}`;
  }

  path(more = ""): string {
    return `/hub/feed?case=${this.#case}${more}`;
  }

  open(request?: RawRequest, more?: string): RawClient {
    return new RawClient(this.#port, this.path(more), request);
  }

  async make(setup: HubSetup): Promise<void> {
    await this.#ask("make", setup);
  }

  /** The ids. */
  async publish(publication: Publication): Promise<readonly string[]> {
    return (await this.#ask("publish", publication)) as readonly string[]; // what the route answers
  }

  async drain(overMs: number, retryMs: number): Promise<void> {
    await this.#ask("drain", { overMs, retryMs });
  }

  async revoke(user: string): Promise<void> {
    await this.#ask("revoke", user);
  }

  async facts(): Promise<HubFacts> {
    return (await this.#ask("facts")) as HubFacts; // what the route answers
  }

  async #ask(action: string, body?: unknown): Promise<unknown> {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const response = await fetch(`${this.#origin}/hub/${action}?case=${this.#case}`, init);
    if (!response.ok) throw new Error(`${action}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

/** What a check of the server has at hand. */
export class ServerTools {
  readonly runtime: RuntimeName;
  readonly port: number;

  constructor(runtime: RuntimeName, port: number) {
    this.runtime = runtime;
    this.port = port;
  }

  async hub(setup: HubSetup = {}): Promise<RemoteHub> {
    const hub = new RemoteHub(this.port);
    await hub.make(setup);
    return hub;
  }

  /** A stream of this kind: its client, its address, and what the server saw of it. */
  stream(kind: string, request?: RawRequest, more = ""): StreamAtHand {
    return new StreamAtHand(this.port, `/stream/${kind}?case=s${++cases}${more}`, request);
  }
}

export class StreamAtHand implements Disposable {
  readonly client: RawClient;
  readonly url: string;

  constructor(port: number, path: string, request: RawRequest | undefined) {
    this.client = new RawClient(port, path, request);
    this.url = `http://127.0.0.1:${port}${path}`;
  }

  async facts(): Promise<StreamFacts> {
    const response = await fetch(this.url.replace(/\/stream\/[^?]*/, "/stream/facts"));
    return (await response.json()) as StreamFacts; // what the route answers
  }

  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }
}

/** Asks again and again until it is so. The time limit of the check ends it. */
export async function eventually<T>(ask: () => Promise<T>, isSo: (got: T) => boolean): Promise<T> {
  const until = Date.now() + 30_000;
  for (;;) {
    const got = await ask();
    if (isSo(got)) return got;
    if (Date.now() > until) throw new Error(`still ${JSON.stringify(got)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
