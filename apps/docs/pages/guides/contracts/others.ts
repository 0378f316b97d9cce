// others.ts
import { defineEvents, type EventIssue, json, readEvents } from "@sse/protocol";

/** `data: {"type":"delta","seq":1,"text":"Hi"}`, and at the end `data: [DONE]`. */
export const answer = defineEvents(
  {
    delta: json<{ type: "delta"; seq: number; text: string }>(),
    usage: json<{ type: "usage"; seq: number; tokens: number }>(),
  },
  { by: "type", id: "seq", done: "[DONE]" },
);

export async function words(body: Response): Promise<{ text: string; last: string; issues: EventIssue[] }> {
  const issues: EventIssue[] = [];
  let text = "";
  let last = "";
  for await (const event of readEvents(body, { events: answer, onIssue: (issue) => issues.push(issue) })) {
    if (event.type === "delta") text += event.data.text;
    last = event.lastEventId; // from `seq`
  }
  return { text, last, issues };
}
