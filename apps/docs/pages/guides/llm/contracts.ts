// contracts.ts
import { defineEvents, json } from "@sse/protocol";

/** The end is a word that is no JSON: the stream's last data is `[DONE]`. */
export const chat = defineEvents(
  { message: json<{ choices: { delta: { content?: string } }[] }>() },
  { done: "[DONE]" },
);

/** The end is an event, and events are named on the `event:` line. */
export const message = defineEvents(
  { content_block_delta: json<{ delta: { text?: string } }>(), message_stop: json<unknown>() },
  { end: ["message_stop"] },
);

/** The type is a field of the JSON, and so is the cursor from which the answer can be resumed. */
export const response = defineEvents(
  {
    "response.output_text.delta": json<{ delta: string }>(),
    "response.completed": json<unknown>(),
  },
  { by: "type", id: "sequence_number", end: ["response.completed"] },
);
