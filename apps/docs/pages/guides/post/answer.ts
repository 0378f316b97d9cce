// answer.ts
import { defineEvents, text } from "@sse/protocol";

export const answer = defineEvents({ word: text(), done: text() }, { end: ["done"] });
