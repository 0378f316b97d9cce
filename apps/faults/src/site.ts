import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createHub, type EventStreamOptions, eventStream } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { listen } from "./ports.ts";
import { type FaultPlan, FaultProxy } from "./proxy.ts";
import { served } from "./watch.ts";

/** How many events a stream of a row has. */
export const TOTAL = 3;

/** Something that answers, with its fault, for one trial. */
export interface Site {
  readonly url: string;
  /** Requests so far. */
  readonly requests: () => number;
  /** Where a client of a hub begins. */
  readonly lastEventId?: string;
  close(): Promise<void>;
}

/** Answers one request. `nth` counts from 0. */
export type Answer = (request: IncomingMessage, response: ServerResponse, nth: number) => unknown;

/** The stream as a healthy server sends it: what is left after the client's last event ID, then the end. */
export function streamWith(options: EventStreamOptions = {}): Answer {
  const listener = toNodeListener((request) =>
    eventStream(
      served,
      request,
      function* ({ lastEventId }) {
        for (let n = Number(lastEventId.at(-1) ?? 0) + 1; n <= TOTAL; n++)
          yield { type: "n", data: n, id: idOf(n) };
      },
      options,
    ),
  );
  return (request, response) => listener(request, response);
}
export const stream: Answer = streamWith();

/** Events one after the other, each as the healthy server would send it, and a comment in every pause. */
export const slowly: Answer = (request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  let n = numberOf(request) + 1;
  const timer = setInterval(() => {
    if (n <= TOTAL) response.write(`: ${n}\n\nid: ${idOf(n)}\nevent: n\ndata: ${n++}\n\n`);
    else response.end("event: sse.end\nid: sse.end\ndata\n\n");
  }, 20);
  response.once("close", () => clearInterval(timer));
};

/** Ids hold letters of two, three and four bytes. */
export function idOf(n: number): string {
  return `é€😀${n}`;
}

export async function site(answer: Answer): Promise<Site & { readonly port: number }> {
  let nth = 0;
  const server = createServer((request, response) => {
    response.on("error", () => {});
    answer(request, response, nth++);
  });
  const port = await listen(server);
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    requests: () => nth,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A site behind a proxy that breaks connections as planned. */
export async function behind(plan: FaultPlan, answer: Answer = stream): Promise<Site> {
  const origin = await site(answer);
  const proxy = await FaultProxy.open(origin.port, plan);
  return {
    url: `http://127.0.0.1:${proxy.port}/`,
    requests: origin.requests,
    close: async () => {
      await proxy.close();
      await origin.close();
    },
  };
}

/** The same stream from a server of another make, whole: with its own line ends, and `sse.end` only if it knows it. */
export function handwritten(lineEnd: string, { profile = true } = {}): Answer {
  return (request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(bodyOf(request, lineEnd, profile));
  };
}

export function bodyOf(request: IncomingMessage, lineEnd: string, profile = true): string {
  const blocks = profile ? [": sse=1"] : [];
  for (let n = numberOf(request) + 1; n <= TOTAL; n++)
    blocks.push(`id: ${idOf(n)}`, "event: n", `data: ${n}`, "");
  if (profile) blocks.push("event: sse.end", "id: sse.end", "data", "");
  return blocks.map((line) => line + lineEnd).join("");
}

/** The number of the last event that a client received; 0 for none. */
export function numberOf({ headers }: IncomingMessage): number {
  return Number(headers["last-event-id"]?.at(-1) ?? 0);
}

/** A hub that has published everything, and keeps `kept` events of it. Its clients come back from before the first. */
export async function hubSite(plan: FaultPlan, kept: number): Promise<Site> {
  const hub = createHub(served, { replay: { maxEvents: kept } });
  const lastEventId = await hub.publish("n", 0);
  for (let n = 1; n <= TOTAL; n++) await hub.publish("n", n);
  await hub.publish("last", 0);
  const listen = toNodeListener(hub.respond);
  const proxied = await behind(plan, (request, response) => listen(request, response));
  return {
    ...proxied,
    lastEventId,
    close: async () => {
      await hub.close();
      await proxied.close();
    },
  };
}

/** What an answer is on the wire, as a client of this runtime gets it. */
export async function bytesOf(answer: Answer): Promise<Buffer> {
  const origin = await site(answer);
  const parts: Buffer[] = [];
  const proxy = await FaultProxy.open(
    origin.port,
    () => ({}),
    (part) => parts.push(part),
  );
  const response = await fetch(`http://127.0.0.1:${proxy.port}/`, {
    headers: { accept: "text/event-stream" },
  });
  await response.text();
  await proxy.close();
  await origin.close();
  return Buffer.concat(parts);
}
