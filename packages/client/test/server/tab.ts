import { connect } from "@sse/client";
import { share } from "@sse/client/share";
import { defineEvents, json, type SseError } from "@sse/protocol";
import { expect } from "vitest";
import type { ConnectOptions, Subscription } from "../../src/index.ts";
import { AT_ONCE } from "./client.ts";

export const numbers = defineEvents({ n: json<number>(), over: json<null>() }, { end: ["over"] });
type Numbers =
  | { readonly type: "n"; readonly data: number; readonly lastEventId: string }
  | { readonly type: "over"; readonly data: null; readonly lastEventId: string };

/** The beginning of a stream of our profile that stands at a position, and an event of it. */
export const opening = (at: number): string => `: sse=1\n\nevent: sse.mark\nid: a.${at}\ndata:\n\n`;
export const text = (n: number): string => `event: n\nid: a.${n}\ndata: ${n}\n\n`;
export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
export const log = (to: number): { readonly id: string; readonly text: string }[] =>
  range(1, to).map((n) => ({ id: `a.${n}`, text: text(n) }));

/** How long a condition may take to come true; a machine with other work is slow. */
export const PATIENCE = { timeout: 10_000, interval: 5 };

let keys = 0;
/** A key that nobody else has. */
export const newKey = (): string => `${keys++} ${Math.random()}`;

/** What a tab is to the others: a subscription that shares. */
export class TestTab {
  readonly key: string;
  readonly subscription: Subscription<Numbers>;
  readonly seen: number[] = [];
  readonly gaps: string[] = [];
  readonly states: string[] = [];

  constructor(url: string, key: string, options: ConnectOptions = {}) {
    this.key = key;
    this.subscription = connect(numbers, url, { reconnect: AT_ONCE, transport: share({ key }), ...options });
    this.subscription.on("n", ({ data }) => this.seen.push(data));
    this.subscription.on("sse.gap", ({ data, lastEventId }) =>
      this.gaps.push(`${data.from} ${data.reason} ${lastEventId}`),
    );
    this.subscription.onStateChange(({ status }) => this.states.push(status));
  }

  /** The error of the state, as it is now. */
  get error(): SseError | undefined {
    const { state } = this.subscription;
    return "error" in state ? state.error : undefined;
  }

  async has(...seen: readonly number[]): Promise<void> {
    await expect.poll(() => this.seen, PATIENCE).toEqual(seen);
  }

  async is(status: string): Promise<void> {
    await expect.poll(() => this.subscription.state.status, PATIENCE).toBe(status);
  }

  close(): void {
    this.subscription.close();
  }
}
