import { describe, expect, test } from "vitest";
import type { Position } from "./backplane/message.ts";
import { HubConnection, type HubConnectionPlan } from "./hub-connection.ts";

const at = (offset: number, epoch = "e"): Position => ({ epoch, offset });
const plan: HubConnectionPlan = {
  request: new Request("http://localhost/"),
  signal: undefined,
  channels: ["a"],
  holder: { principal: undefined, ip: undefined },
  start: at(0),
  heartbeatMs: false,
  retryMs: undefined,
  maxDurationMs: false,
  rules: { maxQueueBytes: false, maxStallMs: false, slowConsumer: "disconnect", done: undefined },
};

/** A live connection without a reader, in a process that has read the log up to a position. */
function live(flushed: Position): HubConnection {
  const owner = { flushed, onStalled: () => {}, onGap: () => {}, onClosed: () => {} };
  const connection = new HubConnection(plan, owner);
  connection.isLive = true;
  return connection;
}
const written = (connection: HubConnection): string => new TextDecoder().decode(connection.heartbeat());
const mark = (id: string): string => `id: ${id}\nevent: sse.mark\ndata: \n\n`;

describe("a heartbeat", () => {
  test("is a mark where the process has read further than the client was told, then a comment", () => {
    const connection = live(at(95));
    connection.mark(at(90));
    expect(written(connection)).toBe(mark("e.95"));
    expect(connection.position).toEqual(at(95));
    expect(written(connection)).toBe(":\n\n");
  });

  test("never leads a connection back that has read more of the log than its process", () => {
    const connection = live(at(95));
    connection.mark(at(90));
    connection.deliverPage([], at(100));
    expect(written(connection)).toBe(mark("e.100"));
    expect(connection.position).toEqual(at(100));
    expect(written(connection)).toBe(":\n\n");
  });

  test("says nothing of a position of another epoch", () => {
    const connection = live(at(95, "other"));
    connection.mark(at(90));
    expect(written(connection)).toBe(":\n\n");
    expect(connection.position).toEqual(at(90));
  });
});
