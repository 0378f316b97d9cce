import type { Fault } from "./fault.ts";
import { chance } from "./proxy.ts";
import {
  type Answer,
  behind,
  bytesOf,
  handwritten,
  hubSite,
  idOf,
  numberOf,
  site,
  stream,
  streamWith,
} from "./site.ts";
import type { Outcome } from "./words.ts";

// The connection itself breaks. Only the first one does, unless a row says otherwise.

const ONCE = "all, once, in order";
const AGAIN = "comes back; all, once, in order";

type Place = (bytes: Buffer, cut: number, body: number) => boolean;
const inHead: Place = (_, cut, body) => cut < body;
const inBody: Place = (_, cut, body) => cut >= body;
const inCharacter: Place = (bytes, cut) => ((bytes[cut] ?? 0) & 0xc0) === 0x80;
const inLineEnd: Place = (bytes, cut, body) => cut > body && bytes[cut - 1] === 13 && bytes[cut] === 10;

const afterFirst: Place = (bytes, cut, body) => cut >= bytes.indexOf("\n\n", bytes.indexOf("id: ", body)) + 2;

/** The places to cut, from the first byte to before the end of the last event. */
function places(isPlace: Place, answer: Answer = stream): () => Promise<readonly number[]> {
  return async () => {
    const bytes = await bytesOf(answer);
    const body = bytes.indexOf("\r\n\r\n") + 4;
    const end = bytes.indexOf("sse.end", body);
    return Array.from({ length: end }, (_, cut) => cut).filter((cut) => isPlace(bytes, cut, body));
  };
}

function cutOnce(how: "fin" | "rst", answer: Answer = stream) {
  return (cutAfter: number) => behind((nth) => (nth === 0 ? { cutAfter, how } : {}), answer);
}

function sees(eventSource: Outcome, connect: Outcome, request: Outcome) {
  return { EventSource: eventSource, connect, request };
}

const growing = { reconnect: { minDelayMs: 2, maxDelayMs: 512, reconnectionTimeMs: 0 }, enough: 14 };

const stuckAfterFirst: Answer = (request, response) => {
  const first = numberOf(request) === 0 ? `id: ${idOf(1)}\nevent: n\ndata: 1\n\n` : "";
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(`: sse=1\n\n${first}`, () => setImmediate(() => response.socket?.resetAndDestroy()));
};

const HEAD_BYTES = 246; // of our server's answer on Node
const GAP = "comes back; gap told, then the rest";
const ALWAYS = "does not apply: it always goes on";
const crlf = handwritten("\r\n");

const TRUNCATED = { EventSource: AGAIN, connect: AGAIN, request: "fails: truncated" } as const;
const UNOPENED = { EventSource: AGAIN, connect: AGAIN, request: "fails: connection-lost" } as const;
const does = "Comes back with the last event ID that it received.";

export const cuts: readonly Fault[] = [
  {
    name: "nothing goes wrong",
    does: "Reads to the end and stays away.",
    sees: { EventSource: ONCE, connect: ONCE, request: ONCE },
    open: () => behind(() => ({})),
  },
  ...(["fin", "rst"] as const).flatMap((how): Fault[] => {
    const by = how === "fin" ? "closed" : "reset";
    return [
      {
        name: `the connection is ${by} in the head of the answer, at any byte`,
        does: "Asks again. A request is never sent twice by itself.",
        sees: UNOPENED,
        variants: places(inHead),
        open: cutOnce(how),
      },
      {
        name: `the connection is ${by} in the stream, at any byte`,
        does,
        sees: TRUNCATED,
        variants: places(inBody),
        open: cutOnce(how),
      },
    ];
  }),
  {
    name: "every byte comes alone",
    does: "Reads on.",
    sees: { EventSource: ONCE, connect: ONCE, request: ONCE },
    open: () => behind(() => ({ dribble: true })),
  },
  {
    name: "the connection is reset inside a character of UTF-8",
    does,
    sees: TRUNCATED,
    variants: places(inCharacter),
    open: cutOnce("rst"),
  },
  {
    name: "the connection is reset between CR and LF",
    does,
    sees: TRUNCATED,
    variants: places(inLineEnd, crlf),
    open: cutOnce("rst", crlf),
  },
  {
    name: "the same cuts at any byte after the first id, where `resume` allows to go on",
    does: 'A request goes on after its last id with `resume: "get"` or "same".',
    sees: { EventSource: ALWAYS, connect: ALWAYS, request: AGAIN },
    variants: places(afterFirst),
    open: cutOnce("rst"),
    options: { resume: "get" },
  },
  {
    name: "a hub's connection is reset, at every seventh byte of the stream",
    does,
    sees: { EventSource: AGAIN, connect: AGAIN, request: AGAIN },
    variants: async () => Array.from({ length: 20 }, (_, at) => HEAD_BYTES + 20 + 7 * at),
    open: (cutAfter) => hubSite((nth) => (nth === 0 ? { cutAfter, how: "rst" } : {}), 100),
    options: ({ lastEventId }) => ({ lastEventId, resume: "get" }),
  },
  {
    name: "one connection after another is refused, cut or slowed down, by chance",
    does,
    sees: { EventSource: AGAIN, connect: AGAIN, request: "does not apply: a request is one connection" },
    variants: async () => Array.from({ length: 20 }, (_, seed) => seed),
    open: (seed) => behind(chance(seed, 450)),
    options: { enough: 1000 },
  },
  {
    name: "nobody listens on the port",
    does: "Comes back after longer and longer waits.",
    sees: sees("retries, backing off", "retries, backing off", "fails: connection-lost"),
    open: () => behind(() => ({ refuse: true })),
    options: growing,
  },
  {
    name: "the same, with `maxAttempts: 3`",
    does: "Gives up after so many reconnections in a row.",
    sees: sees("fails: connection-lost", "fails: connection-lost", "fails: connection-lost"),
    open: () => behind(() => ({ refuse: true })),
    options: { reconnect: { ...growing.reconnect, maxAttempts: 3 } },
  },
  {
    name: "the stream breaks right after the same event, every time",
    does: "Comes back, after longer and longer waits, and says `stuck` from the third time on: in `onReconnect`, or where `maxAttempts` ends it.",
    sees: sees("fails: stuck", "fails: stuck", "fails: truncated"),
    open: () => site(stuckAfterFirst),
    options: { reconnect: { ...growing.reconnect, maxAttempts: 5 } },
  },
  {
    name: "the log has moved on, and events are missing",
    does: "Tells the gap before the next event, and goes on. A request, which wants all of one answer, fails.",
    sees: { EventSource: GAP, connect: GAP, request: "fails: gap" },
    open: () => hubSite(() => ({}), 3),
    options: ({ lastEventId }) => ({ lastEventId }),
  },
  {
    name: "the network swallows everything after some bytes (half-open), and `idleTimeoutMs` is set",
    does: "Takes silence of that length for a lost connection.",
    sees: TRUNCATED,
    open: () => behind((nth) => (nth === 0 ? { silentAfter: HEAD_BYTES + 90 } : {})),
    options: { idleTimeoutMs: 60 },
  },
  {
    name: "the request is never answered, and `idleTimeoutMs` is set",
    does: "Gives up after that time, and after a second at least, and asks again. A request is never sent twice by itself.",
    sees: sees(AGAIN, AGAIN, "fails: idle-timeout"),
    open: () => site((request, response, nth) => (nth === 0 ? undefined : stream(request, response, nth))),
    options: { idleTimeoutMs: 60 },
  },
  {
    name: "the heartbeats that the server announced stop",
    does: "Takes 2.5 times the announced interval, and at least 12.5 s, for a lost connection.",
    sees: TRUNCATED,
    open: () =>
      behind((nth) => (nth === 0 ? { silentAfter: HEAD_BYTES + 90 } : {}), streamWith({ heartbeatMs: 2000 })),
  },
];
