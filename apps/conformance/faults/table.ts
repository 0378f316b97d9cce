import { type Answer, after, event, OVER, status, stream, truncatedGzip } from "./answers.ts";
import type { Face, FaceOptions } from "./faces.ts";

/**
 * One fault. `all`: each event exactly once and in order. `code after n`: the error's code after the first n events.
 */
export interface Row {
  readonly fault: string;
  readonly answers: (elsewhere: string) => readonly Answer[];
  readonly forever?: Answer;
  readonly options?: FaceOptions;
  readonly expected: Readonly<Record<Face, string>>;
}

const faces = (EventSource: string, connect: string, request: string) => ({ EventSource, connect, request });
const refused = "response-refused after 0";
const whole = (...headers: string[]) => stream(after(0), "fin", ...headers);

/** What happens, and what the user of each face sees. */
export const TABLE: readonly Row[] = [
  {
    fault: "cut after an event, FIN",
    answers: () => [stream(event(1))],
    expected: faces("all", "all", "all"),
  },
  {
    fault: "half-open silence",
    answers: () => [stream(event(1), "hold")],
    options: { idleTimeoutMs: 150 },
    expected: faces("all", "all", "all"),
  },
  {
    fault: "heartbeats that stop",
    answers: () => [stream(`${event(1)}:\n\n:\n\n`, "hold")],
    options: { idleTimeoutMs: 150 },
    expected: faces("all", "all", "all"),
  },
  {
    fault: "200, then RST, three times",
    answers: () => [stream("", "rst"), stream("", "rst"), stream("", "rst")],
    expected: faces("all", "all", "truncated after 0"),
  },
  {
    fault: "502, 503 with Retry-After: 0, 429 with a date that is past",
    answers: () => [
      status(502),
      status(503, "retry-after: 0"),
      status(429, "retry-after: Thu, 01 Jan 2026 00:00:00 GMT"),
    ],
    expected: faces(refused, "all", refused),
  },
  { fault: "204", answers: () => [status(204)], expected: faces(refused, "ended after 0", "ended after 0") },
  { fault: "401", answers: () => [status(401)], expected: faces(refused, refused, refused) },
  {
    fault: "401, then refresh",
    answers: () => [status(401)],
    options: { refresh: () => {} },
    expected: faces(refused, "all", refused),
  },
  { fault: "404 without an id", answers: () => [status(404)], expected: faces(refused, refused, refused) },
  {
    fault: "404 with an id",
    answers: () => [stream(event(1)), status(404)],
    expected: faces("gone after 1", "gone after 1", "gone after 1"),
  },
  {
    fault: "410 with an id",
    answers: () => [stream(event(1)), status(410)],
    expected: faces("gone after 1", "gone after 1", "gone after 1"),
  },
  {
    fault: "HTML with 200",
    answers: () => [whole("content-type: text/html")],
    expected: faces(refused, refused, refused),
  },
  {
    fault: "another media type that begins alike",
    answers: () => [whole("content-type: text/event-streams")],
    expected: faces(refused, refused, refused),
  },
  {
    fault: "a charset that is not UTF-8",
    answers: () => [whole("content-type: text/event-stream; charset=latin1")],
    expected: faces("all", "all", "all"),
  },
  {
    fault: "redirect to another origin",
    answers: (elsewhere) => [status(302, `location: ${elsewhere}`)],
    expected: faces("all", "cross-origin-redirect after 0", "cross-origin-redirect after 0"),
  },
  {
    fault: "redirects in a loop, at most 2 reconnections",
    answers: () => [],
    forever: status(302, "location: /"),
    options: { maxAttempts: 2 },
    expected: faces("connection-lost after 0", "too-many-redirects after 0", "too-many-redirects after 0"),
  },
  { fault: "truncated gzip", answers: () => [truncatedGzip()], expected: faces("all", "all", "all") },
  {
    fault: "an endless line",
    answers: () => [stream(event(1) + "x".repeat(1 << 20), "hold")],
    options: { maxEventBytes: 65_536 },
    expected: faces("limit-exceeded after 1", "limit-exceeded after 1", "limit-exceeded after 1"),
  },
  { fault: "id: 日本", answers: () => [stream(event(1, "日本"))], expected: faces("all", "all", "all") },
  {
    fault: "an id of 20,000 characters",
    answers: () => [stream(event(1, "x".repeat(20_000)) + after(1))],
    expected: faces("all", "all", "all"),
  },
  {
    fault: "an id with NUL",
    answers: () => [stream(event(1, "a\0b") + after(1))],
    expected: faces("all", "all", "all"),
  },
  {
    fault: "retry: 0 and retry: 4294967296",
    answers: () => [stream(`retry: 0\n\nretry: 4294967296\n\n${after(0)}${OVER}`)],
    expected: faces("all", "all", "all"),
  },
];

/** Faults of the network, injected by the proxy at every byte of the answer. */
export const CUTS: readonly {
  fault: string;
  ending: "fin" | "rst";
  expected: Readonly<Record<Face, readonly string[]>>;
}[] = [
  {
    fault: "cut at every byte, FIN",
    ending: "fin",
    expected: {
      EventSource: ["all"],
      connect: ["all"],
      request: ["all", "connection-lost after 0", "truncated after 0"],
    },
  },
  {
    fault: "cut at every byte, RST",
    ending: "rst",
    expected: {
      EventSource: ["all"],
      connect: ["all"],
      request: ["all", "connection-lost after 0", "truncated after 0"],
    },
  },
];
