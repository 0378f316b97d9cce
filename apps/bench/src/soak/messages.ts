import type { Nothing } from "../fan-out/messages.ts";

export interface SoakQuestions {
  /** One event a turn; answers when the last one is in the log. */
  publish: {
    ask: { readonly channel: "flood" | "tick"; readonly events: number; readonly everyMs: number };
    answer: { readonly slowestMs: number; readonly at: number };
  };
  state: { ask: Nothing; answer: SoakState };
}

export interface SoakState {
  readonly connections: number;
  readonly dropped: number;
  readonly gaps: number;
  readonly closed: { readonly [reason: string]: number };
  readonly rss: number;
  /** The server's own clock, in microseconds: that of another process may be some milliseconds apart. */
  readonly at: number;
}
