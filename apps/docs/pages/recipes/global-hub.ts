// global-hub.ts
import { createHub } from "@sse/server";
import { news } from "./events.ts";

export const hub = createHub(news, { name: "news" });
