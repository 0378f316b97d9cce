// callback.ts
import { eventStream } from "@sse/server";
import { job } from "./events.ts";
import type { Worker } from "./worker.ts";

export const respond = (request: Request, worker: Worker): Response =>
  eventStream(job, request, (connection) => {
    const stop = worker.watch((percent) => {
      connection.send("progress", { percent });
      if (percent === 100) connection.send("done", "all of it"); // an `end` event ends the connection, too
    });
    connection.closed.then(stop);
  });
