// hub.ts
import { createHub } from "@sse/server";
import { news } from "./events.ts";

export const hub = createHub(news);

let n = 0;
setInterval(() => hub.publish("headline", { n: ++n, text: `This is headline ${n}.` }), 1000);
