// events.ts
import { defineEvents, json, text } from "@sse/protocol";

export const job = defineEvents({ progress: json<{ percent: number }>(), done: text() }, { end: ["done"] });
