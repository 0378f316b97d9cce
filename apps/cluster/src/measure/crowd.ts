import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { job, send } from "../job.ts";
import { until } from "../ports.ts";
import { ChunkedBody } from "./chunked-body.ts";
import type { CrowdAnswer, CrowdJob, CrowdOrder } from "./messages.ts";

// Many bare sockets that count events, and read the time in those of the first.
const { ports } = job<CrowdJob>();
const EVENT = Buffer.from("\nevent: timed\n");
const AT = Buffer.from('{"at":');
let sockets: Socket[] = [];
let events = 0;
let open = 0;
let latencies: number[] = [];
let began = 0;

process.on("disconnect", () => process.exit(0));
process.on("message", async (order: CrowdOrder) => {
  if (order.kind === "open") {
    events = open = 0;
    latencies = [];
    began = performance.now();
    sockets = Array.from({ length: order.connections }, (_, index) => dial(index, order.lastEventId));
    await until(() => open === order.connections, "connections were not taken", 60_000);
  } else if (order.kind === "wait") {
    await until(
      () => events >= order.events,
      () => `${events} of ${order.events} events came`,
      120_000,
    );
  } else {
    for (const socket of sockets) socket.destroy();
    sockets = [];
  }
  send(report());
});

function report(): CrowdAnswer {
  return { events, latencies: latencies.toSorted((a, b) => a - b), elapsedMs: performance.now() - began };
}

function dial(index: number, lastEventId: string): Socket {
  const port = ports[index % ports.length] ?? 0;
  const resume = lastEventId === "" ? "" : `Last-Event-ID: ${lastEventId}\r\n`;
  const socket = connect(port, "127.0.0.1");
  socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n${resume}\r\n`);
  const body = new ChunkedBody();
  let isNew = true;
  let rest: Buffer = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.on("data", (bytes: Buffer) => {
    if (isNew) open++;
    isNew = false;
    // What a piece ends with may be the beginning of the mark.
    const text = Buffer.concat([rest, ...body.take(bytes)]);
    let at = text.indexOf(EVENT);
    let end = 0;
    while (at !== -1) {
      events++;
      end = at + EVENT.length;
      if (index === 0) late(text, end);
      at = text.indexOf(EVENT, end);
    }
    rest = text.subarray(Math.max(end, text.length - EVENT.length + 1));
  });
  return socket;
}

function late(text: Buffer, from: number): void {
  const start = text.indexOf(AT, from);
  if (start === -1) return; // the time is in the next chunk: not counted
  const made = Number.parseFloat(text.toString("latin1", start + AT.length, start + AT.length + 20));
  latencies.push(performance.timeOrigin + performance.now() - made);
}
