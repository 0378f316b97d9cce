import type { ServerResponse } from "node:http";
import type { Fault } from "./fault.ts";
import { type Answer, site, stream, streamWith } from "./site.ts";
import type { Outcome } from "./words.ts";

// The server answers, but not with the stream: the first time, unless a row says otherwise.

const AGAIN = "comes back; all, once, in order";
const AS_ASKED = "comes back as asked; all, once, in order";
const ONCE = "all, once, in order";
const REFUSED = "fails: response-refused";
const NOT_TWICE =
  "A request is never sent twice by itself; an `EventSource` obeys the standard, for which it is final.";

function answer(status: number, headers: Record<string, string> = {}, body = "no"): Answer {
  return (_, response) => response.writeHead(status, headers).end(body);
}

/** The first answers, then the stream. */
function first(...answers: readonly Answer[]): () => ReturnType<typeof site> {
  return () => site((request, response, nth) => (answers[nth] ?? stream)(request, response, nth));
}

/** The same answer, always. */
function always(given: Answer): () => ReturnType<typeof site> {
  return () => site(given);
}

function sees(eventSource: Outcome, connect: Outcome, request: Outcome) {
  return { EventSource: eventSource, connect, request };
}

function typed(type: string): Answer {
  return answer(200, { "content-type": type }, "<!doctype html><title>Sign in</title>");
}

const html = "text/html; charset=utf-8";
const growing = { reconnect: { minDelayMs: 2, maxDelayMs: 512, reconnectionTimeMs: 0 }, enough: 14 };

function reset(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(": here I am\n\n", () => setImmediate(() => response.socket?.resetAndDestroy()));
}

export const answers: readonly Fault[] = [
  ...[502, 503, 429].map(
    (status): Fault => ({
      name: `${status}, once`,
      does: `\`connect\` comes back. ${NOT_TWICE}`,
      sees: sees(REFUSED, AGAIN, REFUSED),
      open: first(answer(status)),
    }),
  ),
  {
    name: "502, 503 and 429 in turns, for long",
    does: "`connect` comes back, after longer and longer waits.",
    sees: sees(REFUSED, "retries, backing off", REFUSED),
    open: always((request, response, nth) => answer([502, 503, 429][nth % 3] ?? 503)(request, response, nth)),
    options: growing,
  },
  {
    name: "503 with `Retry-After: 1`",
    does: "`connect` waits so many seconds, and a random time more.",
    sees: sees(REFUSED, AS_ASKED, REFUSED),
    open: first(answer(503, { "retry-after": "1" })),
    leastMs: 1000,
  },
  {
    name: "429 with `Retry-After` as a date",
    does: "`connect` waits until then, and a random time more.",
    sees: sees(REFUSED, AS_ASKED, REFUSED),
    open: first((request, response, nth) => {
      const then = new Date(Date.now() + 2500).toUTCString(); // whole seconds: 1.5 to 2.5 s
      return answer(429, { "retry-after": then })(request, response, nth);
    }),
    leastMs: 1200,
  },
  {
    name: "204",
    does: "Stays away.",
    sees: sees(REFUSED, "finished", "finished"),
    open: always((_, response) => response.writeHead(204).end()),
  },
  {
    name: "401",
    does: "Stays away.",
    sees: sees(REFUSED, REFUSED, REFUSED),
    open: first(answer(401)),
  },
  {
    name: "401, and `refresh` gets other credentials",
    does: "Calls `refresh` once and comes back at once.",
    sees: sees("does not apply: it has no `refresh`", ONCE, "does not apply: it has no `refresh`"),
    open: first(answer(401)),
    options: { refresh: () => {} },
  },
  {
    name: "401 again after `refresh`",
    does: "Stays away: it asks for credentials once.",
    sees: sees("does not apply: it has no `refresh`", REFUSED, "does not apply: it has no `refresh`"),
    open: first(answer(401), answer(401)),
    options: { refresh: () => {} },
  },
  ...[404, 410].map(
    (status): Fault => ({
      name: `${status} for a client that has an id`,
      does: "Stays away: what it wants to resume is gone.",
      sees: sees("fails: gone", "fails: gone", "fails: gone"),
      open: first(answer(status)),
      options: { lastEventId: "é1" },
    }),
  ),
  {
    name: "HTML with 200, as a sign-in page",
    does: "Stays away. `await error.text()` is the page.",
    sees: sees(REFUSED, REFUSED, REFUSED),
    open: always(typed(html)),
  },
  {
    name: "JSON with 200",
    does: "Stays away. `await error.text()` is the answer.",
    sees: sees(REFUSED, REFUSED, REFUSED),
    open: always(answer(200, { "content-type": "application/json" }, '{"error":"overloaded"}')),
  },
  {
    name: "no media type",
    does: "Stays away.",
    sees: sees(REFUSED, REFUSED, REFUSED),
    open: always(answer(200)),
  },
  {
    name: "another charset than UTF-8 in the media type",
    does: "Reads UTF-8, as the standard says.",
    sees: sees(ONCE, ONCE, ONCE),
    open: always(streamWith({ headers: { "content-type": "text/event-stream; charset=iso-8859-1" } })),
  },
  {
    name: "200, then a reset, many times",
    does: "Comes back after longer and longer waits: a stream that ends at once is no success.",
    sees: sees("retries, backing off", "retries, backing off", "fails: truncated"),
    open: always((_, response) => reset(response)),
    options: growing,
  },
  {
    name: "the same, a thousand times, with waits of 2 ms at most",
    does: "Comes back each time, and keeps nothing of it.",
    sees: sees(
      "a thousand times, once for each wait",
      "a thousand times, once for each wait",
      "fails: truncated",
    ),
    open: always((_, response) => reset(response)),
    options: { reconnect: { minDelayMs: 2, maxDelayMs: 2, reconnectionTimeMs: 0 }, enough: 1000 },
  },
];
