import { defineEvents, text } from "@sse/protocol";
import { type Connection, eventStream, noMoreEvents } from "@sse/server";
import type { StreamFacts } from "./facts.ts";

const events = defineEvents({ note: text() });
type Line = Connection<(typeof events)["events"]>;
const KILOBYTES = "x".repeat(65_536);

const facts = new Map<string, StreamFacts>();

function factsOf(name: string): StreamFacts {
  const none = { opened: 0, requestAborted: 0, signalAborted: 0, finallyRan: 0, sent: 0, blocked: 0 };
  const found = facts.get(name) ?? { ...none, closed: [], errors: [] };
  facts.set(name, found);
  return found;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** One event, then silence; or one every few milliseconds; or as many as the reader takes. */
async function* generator(kind: string, { signal }: Line, seen: StreamFacts) {
  try {
    yield events.event("note", "first");
    for (let n = 0; kind === "busy" && !signal.aborted; n++) {
      yield events.event("note", `busy ${n}`);
      await pause(10, signal);
    }
    for (; kind === "flood" && !signal.aborted; seen.sent++) {
      yield events.event("note", KILOBYTES);
      if (seen.sent % 16 === 0) await pause(0, signal);
    }
    if (kind === "idle") await pause(60_000, signal);
    if (kind === "fails-after") throw new Error("the secret of the database is 1234");
  } finally {
    seen.finallyRan++;
  }
}

const producers: Readonly<Record<string, (line: Line, seen: StreamFacts) => Promise<void> | void>> = {
  callback: (line) => {
    line.send("note", "called", { id: "1" });
    line.comment("a comment");
  },
  ends: (line) => {
    line.send("note", "last");
    line.end();
  },
  closes: (line) => {
    line.send("note", "last");
    line.close();
  },
  echo: (line) => void line.send("note", `id <${line.lastEventId}>`),
  heedless: async (line, seen) => {
    for (; !line.signal.aborted; seen.sent++) {
      if (!line.send("note", KILOBYTES)) seen.blocked++;
      if (seen.sent % 8 === 0) await pause(1, line.signal);
    }
    seen.finallyRan++;
  },
  "fails-before": () => {
    throw new Error("the secret of the database is 1234");
  },
};

/** `/stream/<kind>?case=<name>`, and `/stream/facts`: what became of them. */
export function streamRoutes(request: Request): Response {
  const { pathname, searchParams: query } = new URL(request.url);
  const kind = pathname.slice("/stream/".length);
  const seen = factsOf(query.get("case") ?? "");
  if (kind === "facts") return Response.json(seen);
  if (kind === "gone") return noMoreEvents();
  request.signal.addEventListener("abort", () => void seen.requestAborted++);
  const heartbeatMs = query.get("heartbeatMs");
  const options = {
    onError: (error: unknown, id: string) => void seen.errors.push(`${id} ${String(error)}`),
    retryMs: 1000,
    ...(heartbeatMs === null ? {} : { heartbeatMs: Number(heartbeatMs) }),
  } as const;
  const produce = (line: Line) => {
    seen.opened++;
    line.signal.addEventListener("abort", () => void seen.signalAborted++);
    line.closed.then((reason) => seen.closed.push(reason));
    const producer = producers[kind];
    return producer === undefined ? generator(kind, line, seen) : producer(line, seen);
  };
  try {
    return eventStream(events, request, produce, options);
  } catch (error) {
    seen.errors.push(String(error));
    return new Response("Internal Server Error\n", { status: 500 });
  }
}
