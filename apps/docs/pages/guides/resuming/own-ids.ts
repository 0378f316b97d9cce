// own-ids.ts
import { defineEvents, text } from "@sse/protocol";
import { eventStream } from "@sse/server";

export const log = defineEvents({ line: text() });
export const lines: string[] = [];

/** Without a hub the ids are yours: here an id is the number of lines up to and with this one. */
export const respond = (request: Request): Response =>
  eventStream(log, request, function* ({ lastEventId }) {
    const seen = /^\d+$/.test(lastEventId) ? Number(lastEventId) : 0;
    for (let n = seen; n < lines.length; n++) yield log.event("line", lines[n] ?? "", { id: `${n + 1}` });
  });
