// events.ts
import { defineEvents, json } from "@sse/protocol";

export const news = defineEvents({ headline: json<{ n: number; text: string }>() });
