import { inject } from "vitest";
import type { Reply, SeenRequest } from "./script.ts";

export interface Played {
  /** Where the script is played. */
  readonly url: string;
  open(gate: string): Promise<void>;
  /** What was requested, once there were so many requests, of which so many were left by the client. */
  seen(requests?: number, left?: number): Promise<readonly SeenRequest[]>;
}

/** Has the script server play these replies, one a request, the last one again and again. */
export async function play(...replies: readonly Reply[]): Promise<Played> {
  const server = inject("scriptServer");
  const made = await fetch(`${server}/script`, { method: "POST", body: JSON.stringify(replies) });
  const id = await made.text();
  return {
    url: `${server}/s/${id}`,
    open: async (gate) => void (await (await fetch(`${server}/gate/${id}/${gate}`)).text()),
    seen: async (requests = 0, left = 0) =>
      (await fetch(`${server}/seen/${id}?requests=${requests}&left=${left}`)).json() as Promise<
        SeenRequest[]
      >,
  };
}

/** The same script on another origin. */
export function elsewhere(url: string): string {
  return url.replace(inject("scriptServer"), inject("otherServer"));
}

/** The first of these events on a target. */
export function once(target: EventTarget, ...types: readonly string[]): Promise<Event> {
  return new Promise((resolve) => {
    for (const type of types) target.addEventListener(type, resolve, { once: true });
  });
}

/** All of a loop's events, and what it threw. */
export async function collect<T>(
  events: AsyncIterable<T>,
): Promise<{ readonly got: T[]; readonly thrown: unknown }> {
  const got: T[] = [];
  try {
    for await (const event of events) got.push(event);
  } catch (thrown) {
    return { got, thrown };
  }
  return { got, thrown: undefined };
}

/** Reconnects at once. */
export const AT_ONCE = { minDelayMs: 0, maxDelayMs: 0, reconnectionTimeMs: 0 };
