// events.ts
import { defineEvents, json } from "@sse/protocol";

export const inbox = defineEvents({ mail: json<{ from: string; subject: string }>() });
