import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { run } from "./child.ts";
import { type Answer, idOf, type Site, site, TOTAL } from "./site.ts";
import type { Face } from "./words.ts";

/** The silence that a program with this face takes for death, and for how much longer it is stopped. */
const IDLE_MS = 1000;
const STOPPED_MS = 1500;

const READS: Record<Face, (url: string, options: string) => string> = {
  EventSource: (url, options) => `
    const source = new EventSource("${url}", { events: numbers, ${options} });
    source.addEventListener("error", () => console.log("error"));
    source.addEventListener("n", ({ data }) => console.log("event", data));
    await new Promise((resolve) => source.addEventListener("sse.end", resolve));`,
  connect: (url, options) => `
    const subscription = connect(numbers, "${url}", { ${options}, onReconnect: () => console.log("error") });
    for await (const { data } of subscription) console.log("event", data);`,
  request: (url, options) => `
    for await (const { data } of request(numbers, "${url}", { ${options} })) console.log("event", data);`,
};

/**
 * A process is stopped for longer than its idle timeout, while its server goes on: what a laptop does that sleeps,
 * and a debugger. When it continues, the clock has jumped and every timer is late.
 */
export async function stopped(face: Face): Promise<string> {
  const { first, rest, url, close } = await steps();
  const program = run(READS[face](url, `idleTimeoutMs: ${IDLE_MS}`));
  await first;
  await program.printed("event 1");
  program.kill("SIGSTOP");
  rest();
  await delay(STOPPED_MS); // the fault itself: a pause of that length
  program.kill("SIGCONT");
  await program.printed(`event ${TOTAL}`);
  const { lines } = await program.exited;
  await close();
  const expected = Array.from({ length: TOTAL }, (_, at) => `event ${at + 1}`);
  return lines.join() === expected.join() ? "all, once, in order" : lines.join("; ");
}

/** A server that sends one event, and the others when it is told to. */
async function steps(): Promise<Pick<Site, "url" | "close"> & { first: Promise<unknown>; rest: () => void }> {
  const { promise: first, resolve } = Promise.withResolvers<ServerResponse>();
  const send = (response: ServerResponse, from: number, to: number): void => {
    for (let n = from; n <= to; n++) response.write(`id: ${idOf(n)}\nevent: n\ndata: ${n}\n\n`);
  };
  const answer: Answer = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": sse=1\n\n");
    send(response, 1, 1);
    resolve(response);
  };
  const { url, close } = await site(answer);
  const rest = (): void =>
    void first.then((response) => {
      send(response, 2, TOTAL);
      response.end("event: sse.end\nid: sse.end\ndata\n\n");
    });
  return { url, close, first, rest };
}
