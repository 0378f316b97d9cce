import { connect, EventSource, type EventSourceOptions, request } from "@sse/client";
import { defineEvents, isSseError, json } from "@sse/protocol";
import { EVENTS } from "./answers.ts";

export const FACES = ["EventSource", "connect", "request"] as const;
export type Face = (typeof FACES)[number];

/** What a row sets for the three of them. */
export interface FaceOptions {
  readonly idleTimeoutMs?: number | undefined;
  readonly maxEventBytes?: number | undefined;
  readonly maxAttempts?: number | undefined;
  /** Only `connect` has it. */
  readonly refresh?: (() => void) | undefined;
}

const events = defineEvents({ message: json<string>(), over: json<null>() }, { end: ["over"] });
const AT_ONCE = { minDelayMs: 0, maxDelayMs: 0, reconnectionTimeMs: 0 };

/** Reads until the end or a final error, and says in a few words what its user has seen. */
export async function outcome(
  face: Face,
  url: string,
  { refresh, maxAttempts, ...given }: FaceOptions = {},
): Promise<string> {
  const got: unknown[] = [];
  const options = { ...given, reconnect: { ...AT_ONCE, maxAttempts } };
  try {
    if (face === "EventSource") await listen(url, options, got);
    else {
      const loop =
        face === "connect"
          ? connect(events, url, { ...options, refresh })
          : request(events, url, { ...options, resume: "same" });
      for await (const { data } of loop) if (data !== null) got.push(data);
    }
  } catch (thrown) {
    return said(got, isSseError(thrown) ? thrown.code : `untyped ${thrown}`);
  }
  return said(got, undefined);
}

function listen(url: string, options: EventSourceOptions, got: unknown[]): Promise<void> {
  const source = new EventSource(url, options);
  return new Promise((resolve, reject) => {
    source.addEventListener("message", ({ data }) => got.push(JSON.parse(String(data))));
    source.addEventListener("over", () => {
      source.close();
      resolve();
    });
    source.addEventListener("error", (event) => {
      if (source.readyState === source.CLOSED) reject(event.error);
    });
  });
}

/** Anything but a beginning of the events, in order and each once, is a loss or a duplicate and never expected. */
function said(got: readonly unknown[], code: string | undefined): string {
  if (got.some((each, index) => each !== EVENTS[index])) return `WRONG ${JSON.stringify(got)}`;
  if (code !== undefined) return `${code} after ${got.length}`;
  return got.length === EVENTS.length ? "all" : `ended after ${got.length}`;
}
