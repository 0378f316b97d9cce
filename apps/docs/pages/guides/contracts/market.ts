// market.ts
import { bytes, defineEvents, json, text } from "@sse/protocol";
import * as z from "zod";

export const market = defineEvents(
  {
    // Any Standard Schema: checked where it is sent, and again where it is received.
    tick: z.object({
      symbol: z.string(),
      price: z.number(),
      at: z.string().transform((iso) => new Date(iso)),
    }),
    halt: json<{ symbol: string }>(), // JSON that has a type and is believed
    log: text(), // a string as it is, of one line or many
    chart: bytes(), // a Uint8Array, base64 on the wire
    closed: json<{ total: number }>(),
  },
  { end: ["closed"] }, // finishes the stream: nobody comes back after it
);
