import type { Reply, SeenRequest } from "../../../packages/client/test/server/script.ts";
import type { RuntimeName } from "../runners/check.ts";

/** A script that the test server plays. */
export interface Played {
  readonly url: string;
  /** The same script on another origin. */
  readonly elsewhere: string;
  open(gate: string): Promise<void>;
  /** What was requested, once there were so many requests, of which so many were left by the client. */
  seen(requests?: number, left?: number): Promise<readonly SeenRequest[]>;
}

/** What a check of the client has at hand. */
export interface ClientTools {
  readonly runtime: RuntimeName;
  /** Has the server play these replies, one a request, the last one again and again. */
  play(...replies: readonly Reply[]): Promise<Played>;
}

export function clientTools(runtime: RuntimeName, server: string, otherServer: string): ClientTools {
  return {
    runtime,
    async play(...replies) {
      const made = await fetch(`${server}/script`, { method: "POST", body: JSON.stringify(replies) });
      const id = await made.text();
      return {
        url: `${server}/s/${id}`,
        elsewhere: `${otherServer}/s/${id}`,
        open: async (gate) => void (await (await fetch(`${server}/gate/${id}/${gate}`)).text()),
        // The other origin: a page has six connections to each.
        seen: async (requests = 0, left = 0) =>
          (await fetch(`${otherServer}/seen/${id}?requests=${requests}&left=${left}`)).json() as Promise<
            SeenRequest[]
          >,
      };
    },
  };
}

/** Reconnects at once. */
export const AT_ONCE = { minDelayMs: 0, maxDelayMs: 0, reconnectionTimeMs: 0 };

/** Writes its parts, or a comment where there are none, and stays open. */
export const stream = (...body: NonNullable<Reply["body"]>): Reply => ({
  body: body.length === 0 ? [":\n"] : body,
  end: "hold",
});

/** What the promise gives, or `undefined` where that takes longer. */
export function inTime<T>(promise: Promise<T>, ms = 2000): Promise<T | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, ms, undefined));
  return Promise.race([promise, late]);
}

/** A stream of one event, which shows how soon a client that has left it lets go of the connection. */
export const beating: Reply = stream("data: a\n\n", { gate: "first" }, ":\n", { gate: "second" }, ":\n");

/** What a check says of so many heartbeats. */
export const BEATS = { 0: "", 2: ", with the second heartbeat at the latest" } as const;

/** How soon a connection is let go of: by itself, or with the first or second heartbeat. */
export async function beatsToLeave({ open, seen }: Played): Promise<number> {
  const left = async (ms: number) => (await inTime(seen(1, 1), ms)) !== undefined;
  if (await left(2000)) return 0;
  await open("first");
  if (await left(1000)) return 1;
  await open("second");
  await seen(1, 1);
  return 2;
}

/** The first of these events on a target. */
export function once(target: EventTarget, ...types: readonly string[]): Promise<MessageEvent> {
  return new Promise((resolve) => {
    // Who waits for another event than a message does not read `data`.
    for (const type of types)
      target.addEventListener(type, (event) => resolve(event as MessageEvent), { once: true });
  });
}

/** So many messages of a target, as their data. */
export function messages(target: EventTarget, count: number): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const got: string[] = [];
    target.addEventListener("message", (event) => {
      if (got.push((event as MessageEvent).data) === count) resolve(got);
    });
  });
}

/** All of a loop's events, and what it threw. `then` is done after each. */
export async function collect<T>(
  events: AsyncIterable<T>,
  then: () => Promise<void> | void = () => {},
): Promise<{ readonly got: T[]; readonly thrown: unknown }> {
  const got: T[] = [];
  try {
    for await (const event of events) {
      got.push(event);
      await then();
    }
  } catch (thrown) {
    return { got, thrown };
  }
  return { got, thrown: undefined };
}
