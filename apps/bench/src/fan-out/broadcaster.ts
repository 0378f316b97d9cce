import type { Tick } from "./tick.ts";

/** A server that sends the same events to everybody who is connected. Each adapter opens one. */
export interface Broadcaster extends AsyncDisposable {
  readonly port: number;
  /** How many clients it has. */
  size(): number;
  /** One event to everybody; what follows in the same turn of the event loop may leave together with it. */
  publish(tick: Tick): void;
}

export interface BroadcasterOptions {
  /** False: none. Only ours has one in this bench. */
  readonly heartbeatMs: number | false;
  /** Ours only: what happens to clients that do not read. */
  readonly slowConsumer: "disconnect" | "drop-oldest" | "latest";
}

/** Listens on a free port of 127.0.0.1. */
export type OpenBroadcaster = (options: BroadcasterOptions) => Promise<Broadcaster>;

/** What everybody writes first, so that a client knows that it is connected. */
export const HELLO = ": hello\n\n";

export const HEADERS: { readonly [name: string]: string } = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, private, no-transform",
  "x-accel-buffering": "no",
};
