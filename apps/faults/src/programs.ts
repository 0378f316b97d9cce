import type { ServerResponse } from "node:http";
import { connect, EventSource, request } from "@sse/client";
import { run } from "./child.ts";
import type { Fault } from "./fault.ts";
import { blocked, stopped } from "./held-up.ts";
import { type Answer, site, slowly, stream } from "./site.ts";
import { numbers } from "./watch.ts";
import type { Face } from "./words.ts";

// The program around the client: handlers, consumers, processes.

const ONCE = "all, once, in order";

const READ: Record<Face, (url: string) => string> = {
  EventSource: (url) => `
    const source = new EventSource("${url}", { events: numbers });
    source.addEventListener("n", ({ data }) => { console.log("event", data); throw new Error("mine"); });`,
  connect: (url) => `
    connect(numbers, "${url}").on("n", ({ data }) => { console.log("event", data); throw new Error("mine"); });`,
  request: (url) => `
    for await (const { data } of request(numbers, "${url}")) { console.log("event", data); throw new Error("mine"); }`,
};

/** Runs a program whose handlers throw, and whose process goes on after exceptions that nobody caught. */
async function throwing(face: Face): Promise<string> {
  const { url, close } = await site(stream);
  const { exited } = run(`
    process.on("uncaughtException", (error) => console.log("uncaught", error.message));
    process.on("unhandledRejection", (error) => console.log("rejected", error));
    console.error = (error) => console.log("uncaught", error.message);
    ${READ[face](url)}`);
  const { lines } = await exited;
  await close();
  const said = [1, 2, 3].flatMap((n) => [`event ${n}`, "uncaught mine"]);
  const isAll = said.toSorted().join() === [...lines].toSorted().join();
  return isAll ? "all, once, in order; each error is reported" : lines.join("; ");
}

/** Counts what a server gets rid of while a consumer that took one event takes no more. */
async function unread(face: Face): Promise<string> {
  const { written, full, url, close } = await flood();
  const events = face === "connect" ? connect(numbers, url) : request(numbers, url);
  const iterator = events[Symbol.asyncIterator]();
  await iterator.next();
  await full;
  const held = written();
  await iterator.return?.();
  await close();
  return held < MAX_HELD ? "reads no further" : `read ${held} bytes that nobody wanted`;
}

const MAX_HELD = 16 * 2 ** 20;
const BLOCK = `event: n\ndata: ${"1".repeat(300)}\n\n`.repeat(200);

/** Sends for as long as somebody takes it. `full` settles when nobody did for a while, or far too much was taken. */
async function flood() {
  let written = 0;
  let settle = (): void => {};
  const full = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const pour = (response: ServerResponse): void => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    let stalled: NodeJS.Timeout | undefined;
    const more = (): void => {
      clearTimeout(stalled);
      do written += BLOCK.length;
      while (response.write(BLOCK) && written < MAX_HELD);
      if (written < MAX_HELD) stalled = setTimeout(settle, 1500);
      else settle();
    };
    response.on("drain", more);
    response.once("close", () => {
      clearTimeout(stalled);
      settle();
    });
    more();
  };
  const { url, close } = await site((_, response) => pour(response));
  return { url, close, full, written: () => written };
}

const HOSTILE = 4_294_967_296;

/** What becomes of a wait that overflows timers, while another client comes back some twenty times. */
async function overflow(face: Face): Promise<string> {
  let asked = 0;
  const retry = (ms: number): Answer => {
    return (_, response) =>
      response.writeHead(200, { "content-type": "text/event-stream" }).end(`: sse=1\nretry: ${ms}\n\n`);
  };
  const hostile = await site((...given) => {
    asked++;
    retry(HOSTILE)(...given);
  });
  const clock = await site(retry(5));
  const stop = waiting[face](hostile.url);
  const other = new EventSource(clock.url, { reconnect: { reconnectionTimeMs: 5, maxDelayMs: 5 } });
  const seen = await new Promise<string>((resolve) => {
    let beats = 0;
    other.addEventListener("error", () => ++beats === 20 && resolve(stop()));
  });
  other.close();
  await clock.close();
  await hostile.close();
  return asked === 1 ? seen : `asked ${asked} times at once`;
}

const waiting: Record<Face, (url: string) => () => string> = {
  EventSource: (url) => {
    const source = new EventSource(url);
    return () => {
      const pending = source.readyState === EventSource.CONNECTING;
      source.close();
      return pending ? "waits as long as a timer can" : "gave up";
    };
  },
  connect: (url) => {
    const subscription = connect(numbers, url);
    subscription.on("n", () => {});
    return () => {
      const { state } = subscription;
      subscription.close();
      if (state.status !== "waiting") return state.status;
      const { delayMs } = state;
      return delayMs >= 60_000 && delayMs <= 61_000 ? "waits a minute" : `waits ${delayMs} ms`;
    };
  },
  request: () => () => "",
};

/** A process with this face alone: ends after the close, and not while a reconnection is pending. */
async function lives(face: Face): Promise<string> {
  const healthy = await site(slowly);
  const closing = await run(`
    process.on("unhandledRejection", (error) => console.log("rejected", error));
    ${CLOSES[face](healthy.url)}
    console.log("closed");`).exited;
  await healthy.close();
  if (closing.lines.join() !== "closed" || closing.code !== 0) return `${closing.code}: ${closing.lines}`;
  if (face === "request") return "exits when closed";
  const busy = await site((_, response) => response.writeHead(200, STREAM).end());
  const pending = run(`
    ${WAITS[face](busy.url)}
    process.once("beforeExit", () => console.log("idle"));
    process.once("SIGTERM", () => { one.close(); console.log("closing"); });`);
  await pending.printed("waiting");
  pending.kill("SIGTERM");
  const { code, lines } = await pending.exited;
  await busy.close();
  const said = lines.join() === "waiting,closing,idle" && code === 0;
  return said ? "exits when closed, stays while waiting" : `${code}: ${lines}`;
}

const STREAM = { "content-type": "text/event-stream" };
const CLOSES: Record<Face, (url: string) => string> = {
  EventSource: (url) => `
    const source = new EventSource("${url}");
    await new Promise((resolve) => source.addEventListener("n", resolve));
    source.close();`,
  connect: (url) => `for await (const _ of connect(numbers, "${url}")) break;`,
  request: (url) => `for await (const _ of request(numbers, "${url}")) break;`,
};
const WAITS: Record<Exclude<Face, "request">, (url: string) => string> = {
  EventSource: (url) => `
    const one = new EventSource("${url}", { reconnect: { reconnectionTimeMs: 1e6 } });
    one.onerror = () => console.log("waiting");`,
  connect: (url) => `
    const one = connect(numbers, "${url}", { reconnect: { reconnectionTimeMs: 1e6 } });
    one.on("n", () => {});
    one.onStateChange(({ status }) => status === "waiting" && console.log("waiting"));`,
};

export const programs: readonly Fault[] = [
  {
    name: "a handler that takes longer than `idleTimeoutMs`, while the stream goes on",
    does: "Does not take its own program's slowness for silence.",
    sees: { EventSource: ONCE, connect: ONCE, request: ONCE },
    observe: blocked,
  },
  {
    name: "the process stops for longer than `idleTimeoutMs` and goes on, and its server did not wait",
    does: "Looks at what came meanwhile, before it takes the silence for a loss.",
    sees: { EventSource: ONCE, connect: ONCE, request: ONCE },
    observe: stopped,
  },
  {
    name: "a handler that throws, every time",
    does: "Reports the error where uncaught ones go (`connect` in Node: the console), and goes on.",
    sees: {
      EventSource: "all, once, in order; each error is reported",
      connect: "all, once, in order; each error is reported",
      request: "does not apply: what a loop's body throws is the caller's, and closes",
    },
    observe: throwing,
  },
  {
    name: "a consumer that stops reading",
    does: "Leaves the rest in the socket, so that the server feels it, and memory stays bounded.",
    sees: {
      EventSource: "does not apply: listeners cannot stop",
      connect: "reads no further",
      request: "reads no further",
    },
    observe: unread,
  },
  {
    name: "`retry: 4294967296`, which overflows timers",
    does: "`connect` waits a minute at most. An `EventSource` obeys as far as a timer can, 24.8 days. Neither comes back at once.",
    sees: {
      EventSource: "waits as long as a timer can",
      connect: "waits a minute",
      request: "does not apply: it was told to stay, not to wait",
    },
    observe: overflow,
  },
  {
    name: "nothing is left to do in the process",
    does: "A pending reconnection keeps a Node process; a closed connection does not.",
    sees: {
      EventSource: "exits when closed, stays while waiting",
      connect: "exits when closed, stays while waiting",
      request: "exits when closed",
    },
    observe: lives,
  },
];
