// pace.ts
import { defineEvents, text } from "@sse/protocol";
import { eventStream } from "@sse/server";

export const rows = defineEvents({ row: text(), end: text() }, { end: ["end"] });

/** A large export, at the pace of its reader. */
export const respond = (request: Request, read: () => string | undefined): Response =>
  eventStream(rows, request, async (connection) => {
    for (let row = read(); row !== undefined; row = read()) {
      if (!connection.send("row", row)) await connection.ready;
      if (connection.signal.aborted) return;
    }
    connection.send("end", "");
  });
