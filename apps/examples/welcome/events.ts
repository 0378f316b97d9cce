import { defineEvents, text } from "@sse/protocol";

export const greetings = defineEvents({ welcome: text() });
