import { type ConnectOptions, connect, EventSource, type RequestOptions, request } from "@sse/client";
import { defineEvents, isSseError, json, type SseError } from "@sse/protocol";
import type { Face } from "./words.ts";

const contract = { n: json<number>(), last: json<number>() };
/** The contract of every row: numbers, ascending from 1. Clients leave the end to what the stream says. */
export const numbers = defineEvents(contract);
/** The same for servers: `last` ends a hub's stream. */
export const served = defineEvents(contract, { end: ["last"] });

/** A reconnection that was announced, or the time since the one before where no wait is announced. */
export interface Retry {
  readonly delayMs: number;
  readonly code: string;
}

/** What one face saw of one fault, as it would tell its user. */
export interface Sighting {
  readonly events: number[];
  readonly retries: Retry[];
  /** Whether the waits are those that the client announced; else they are measured, work included. */
  readonly announced: boolean;
  readonly issues: string[];
  /** How many events there were before each gap that was told. */
  readonly gaps: number[];
  end: "ended" | "stopped" | "failed" | "still trying";
  code: string | undefined;
  message: string | undefined;
}

/** What a row sets. Options of one face alone are ignored by the others. */
export interface WatchOptions
  extends Pick<
    ConnectOptions,
    "lastEventId" | "maxEventBytes" | "idleTimeoutMs" | "reconnect" | "refresh" | "fetch" | "redirects"
  > {
  readonly resume?: RequestOptions["resume"];
  /** How many reconnections are enough to see. Default: 30. */
  readonly enough?: number;
}

const SOON = { minDelayMs: 1, maxDelayMs: 8, reconnectionTimeMs: 0 };
const ENOUGH = 30;

/** Looks at `url` through a face until it is over, or has come back often `enough`. */
export async function watch(face: Face, url: string, options: WatchOptions = {}): Promise<Sighting> {
  const sighting: Sighting = {
    events: [],
    retries: [],
    announced: face === "connect",
    issues: [],
    gaps: [],
    end: "still trying",
    code: undefined,
    message: undefined,
  };
  await watchers[face](url, { reconnect: SOON, ...options }, sighting);
  return sighting;
}

type Watcher = (url: string, options: WatchOptions, sighting: Sighting) => Promise<void>;

const watchers: Record<Face, Watcher> = {
  EventSource: (url, { refresh: _, redirects: __, resume: ___, enough = ENOUGH, ...options }, sighting) =>
    new Promise((resolve) => {
      const { onIssue } = notes(sighting);
      let lastError = performance.now();
      const source = new EventSource(url, { ...options, events: numbers, onIssue });
      const over = (end: Sighting["end"], error?: SseError): void => {
        source.close();
        settle(sighting, end, error);
        resolve();
      };
      source.addEventListener("n", ({ data }) => {
        sighting.events.push(data);
      });
      source.addEventListener("sse.end", () => over("ended"));
      source.addEventListener("sse.gap", () => sighting.gaps.push(sighting.events.length));
      source.addEventListener("error", ({ error }) => {
        if (source.readyState === EventSource.CLOSED) return over("failed", error);
        // The standard's event does not say how long the wait will be, so this is how long the last one was.
        sighting.retries.push({ delayMs: performance.now() - lastError, code: error?.code ?? "" });
        lastError = performance.now();
        if (sighting.retries.length >= enough) over("still trying", error);
      });
    }),

  connect: async (url, { resume: _, enough = ENOUGH, ...options }, sighting) => {
    const { onIssue } = notes(sighting);
    const subscription = connect(numbers, url, {
      ...options,
      gaps: "event",
      onIssue,
      onReconnect: ({ delayMs, error }) => {
        sighting.retries.push({ delayMs, code: error.code });
        if (sighting.retries.length < enough) return true;
        settle(sighting, "still trying", error);
        return false;
      },
    });
    try {
      for await (const { type, data } of subscription) {
        if (type === "sse.gap") sighting.gaps.push(sighting.events.length);
        else if (type === "n") sighting.events.push(data);
      }
    } catch (error) {
      settle(sighting, "failed", error);
      return;
    }
    const reason = await subscription.closed;
    if (sighting.code === undefined) settle(sighting, reason === "stopped" ? "stopped" : "ended");
  },

  request: async (url, { refresh: _, enough: __, ...options }, sighting) => {
    const { onIssue } = notes(sighting);
    const { reconnect, ...rest } = options;
    const asked = { ...rest, onIssue, ...(reconnect === false ? {} : { reconnect }) };
    try {
      const answer = request(numbers, url, asked);
      for await (const { type, data } of answer) {
        if (type === "n") sighting.events.push(data);
      }
      settle(sighting, (await answer.response).status === 204 ? "stopped" : "ended");
    } catch (error) {
      settle(sighting, "failed", error);
    }
  },
};

function notes(sighting: Sighting) {
  return { onIssue: ({ kind }: { readonly kind: string }) => void sighting.issues.push(kind) };
}

function settle(sighting: Sighting, end: Sighting["end"], error?: unknown): void {
  sighting.end = end;
  if (error === undefined) return;
  sighting.code = isSseError(error) ? error.code : String(error);
  sighting.message = error instanceof Error ? error.message : String(error);
}
