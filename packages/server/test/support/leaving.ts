import { defineEvents, text } from "@sse/protocol";
import { createHub, eventStream, relay } from "../../src/index.ts";

// Run with --expose-gc and a number: so many connections come and go, in every way, and what is left is written as
// JSON. Timers are counted, since those that keep no process alive are in no list of the runtime's.
const timers = new Set<unknown>();
for (const kind of ["Timeout", "Interval"] as const) {
  const set = globalThis[`set${kind}`];
  const clear = globalThis[`clear${kind}`];
  const count = Object.assign((callback: () => void, ms?: number) => {
    const timer: unknown = set(() => {
      if (kind === "Timeout") timers.delete(timer);
      callback();
    }, ms);
    timers.add(timer);
    return timer;
  }, set);
  Object.assign(globalThis, {
    [`set${kind}`]: count,
    [`clear${kind}`]: (timer: Parameters<typeof clear>[0]) => {
      timers.delete(timer);
      clear(timer);
    },
  });
}

const events = defineEvents({ log: text() });
const hub = createHub(events, {
  presence: { debounceMs: 20 },
  replay: { maxEvents: 1_000 },
  authorize: () => ({ principal: "p", expiresAt: new Date(Date.now() + 3_600_000) }),
  limits: { maxPerPrincipal: false, maxDurationMs: 3_600_000 },
});
let finallys = 0;
let cancelled = 0;

async function* waiting({ signal }: { readonly signal: AbortSignal }) {
  try {
    yield { type: "message", data: "a" };
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  } finally {
    finallys++;
  }
}

function upstream(): Response {
  const body = new ReadableStream<Uint8Array>({
    pull: () => {},
    cancel: () => {
      cancelled++;
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** One client that comes and leaves: idle, or in the middle of events; by its body, its signal, or both. */
async function visit(n: number): Promise<void> {
  const left = new AbortController();
  const request = new Request("http://own.example/", { signal: left.signal });
  const kind = n % 4;
  const response =
    kind === 2
      ? eventStream(null, request, waiting, { maxDurationMs: 3_600_000, maxStallMs: 10_000 })
      : kind === 3
        ? relay(upstream(), { signal: left.signal })
        : await hub.respond(request);
  const reader = response.body?.getReader();
  if (n % 3 !== 0) await reader?.read();
  if (kind === 1) void hub.publish("log", "busy");
  if (n % 2 === 0) left.abort();
  await reader?.cancel();
}

async function visits(count: number): Promise<void> {
  for (let n = 0; n < count; n += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, of) => visit(n + of)));
  }
  while (timers.size > 1) await new Promise<void>((resolve) => void setImmediate(resolve)); // presence keeps one
}

/** In several turns: the runtime's own registries let go in between. */
async function heapAfterGc(): Promise<number> {
  for (let n = 0; n < 10; n++) {
    globalThis.gc?.();
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

const count = Number(process.argv[2]);
// The log fills up first, and what the runtime compiles and keeps is there.
await visits(30_000);
const [heap, before] = [await heapAfterGc(), { finallys, cancelled }];
await visits(count);
await new Promise<void>((resolve) => void setImmediate(resolve));
const grown = (await heapAfterGc()) - heap;
const { connections } = hub.stats();
await hub.close();
console.log(
  JSON.stringify({
    connections,
    grown,
    timers: timers.size,
    finallys: finallys - before.finallys,
    cancelled: cancelled - before.cancelled,
  }),
);
