import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { type Child, run } from "./child.ts";
import { type Answer, idOf, numberOf, type Site, site, slowly, TOTAL } from "./site.ts";
import type { Face } from "./words.ts";

// Processes that do nothing for longer than the silence that they take for death. Each is one of its own: what holds it
// up must hold up neither its server nor the other rows.

const IDLE_MS = 2000;
const AWAY_MS = 3000;

/** A program that prints what it reads, and then does something with it. */
const READS: Record<Face, (url: string, then: string) => string> = {
  EventSource: (url, then) => `
    const source = new EventSource("${url}", { events: numbers, idleTimeoutMs: ${IDLE_MS} });
    source.addEventListener("error", () => console.log("error"));
    source.addEventListener("n", ({ data }) => { console.log("event", data); ${then} });
    await new Promise((resolve) => source.addEventListener("sse.end", resolve));`,
  connect: (url, then) => `
    const options = { idleTimeoutMs: ${IDLE_MS}, onReconnect: () => console.log("error") };
    for await (const { data } of connect(numbers, "${url}", options)) { console.log("event", data); ${then} }`,
  request: (url, then) => `
    const options = { idleTimeoutMs: ${IDLE_MS} };
    for await (const { data } of request(numbers, "${url}", options)) { console.log("event", data); ${then} }`,
};

/** Every handler takes long, while the server goes on: a listener by blocking, a loop by waiting for something else. */
export async function blocked(face: Face): Promise<string> {
  const { url, close } = await site(slowly);
  const block = `for (const end = performance.now() + ${AWAY_MS}; performance.now() < end; );`;
  const wait = `await new Promise((resolve) => setTimeout(resolve, ${AWAY_MS}));`;
  const outcome = await outcomeOf(run(READS[face](url, face === "EventSource" ? block : wait)));
  await close();
  return outcome;
}

/**
 * A process is stopped, while its server goes on: what a laptop does that sleeps, and a debugger. When it continues,
 * the clock has jumped and every timer is late.
 */
export async function stopped(face: Face): Promise<string> {
  const { rest, url, close } = await steps();
  const program = run(READS[face](url, `if (data === 1) process.kill(process.pid, "SIGSTOP");`));
  await program.printed("event 1");
  rest();
  await delay(AWAY_MS); // the fault itself: a pause of that length
  const waking = setInterval(() => program.kill("SIGCONT"), 50); // it may have printed, and not stopped yet
  const outcome = await outcomeOf(program);
  clearInterval(waking);
  await close();
  return outcome;
}

async function outcomeOf({ exited }: Child): Promise<string> {
  const { lines } = await exited;
  const expected = Array.from({ length: TOTAL }, (_, at) => `event ${at + 1}`);
  return lines.join() === expected.join() ? "all, once, in order" : lines.join("; ");
}

/** A server that sends one event, and the others when it is told to, or to whoever comes back. */
async function steps(): Promise<Pick<Site, "url" | "close"> & { rest: () => void }> {
  const { promise: first, resolve } = Promise.withResolvers<ServerResponse>();
  const send = (response: ServerResponse, from: number, to: number): void => {
    for (let n = from; n <= to; n++) response.write(`id: ${idOf(n)}\nevent: n\ndata: ${n}\n\n`);
  };
  const finish = (response: ServerResponse, from: number): void => {
    send(response, from, TOTAL);
    response.end("event: sse.end\nid: sse.end\ndata\n\n");
  };
  const answer: Answer = (request, response, nth) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": sse=1\n\n");
    if (nth > 0) return finish(response, numberOf(request) + 1);
    send(response, 1, 1);
    resolve(response);
  };
  const { url, close } = await site(answer);
  return { url, close, rest: () => void first.then((response) => finish(response, 2)) };
}
