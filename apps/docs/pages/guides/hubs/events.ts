// events.ts
import { defineEvents, json, text } from "@sse/protocol";

export const market = defineEvents({ price: json<{ symbol: string; price: number }>(), news: text() });
export const chat = defineEvents({ said: json<{ who: string; text: string }>() });
export const notices = defineEvents({ notice: json<{ title: string }>() });
