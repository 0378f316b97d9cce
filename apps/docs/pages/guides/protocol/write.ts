// write.ts
import { encodeEvent, serializeComment, serializeEvent } from "@sse/protocol";

export const asText: string =
  serializeComment("hello") + // receivers ignore it; it keeps connections alive
  serializeEvent({ type: "note", data: "two\nlines", id: "7", retryMs: 5000 });

export const asBytes: Uint8Array = encodeEvent({ data: JSON.stringify({ price: 9.5 }) });
