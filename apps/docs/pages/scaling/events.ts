// events.ts
import { defineEvents, text } from "@sse/protocol";

export const news = defineEvents({ headline: text() });
