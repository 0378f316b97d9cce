import { defineEvents, text } from "@sse/protocol";

export const journal = defineEvents({ line: text() });
