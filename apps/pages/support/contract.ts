import { defineEvents, json } from "@sse/protocol";

/** Consecutive numbers, so that what is missing or comes twice shows. */
export const counting = defineEvents({ n: json<number>() });
