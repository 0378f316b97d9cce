// events.ts
import { defineEvents, json, text } from "@sse/protocol";

export const market = defineEvents({ price: json<{ symbol: string; price: number }>() });

export const answer = defineEvents({ token: text(), done: text() }, { end: ["done"] });
