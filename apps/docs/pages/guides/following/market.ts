// market.ts
import { defineEvents, json, text } from "@sse/protocol";

export const market = defineEvents({ tick: json<{ symbol: string; price: number }>(), news: text() });
