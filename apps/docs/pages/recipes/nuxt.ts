// nuxt.ts
import { toNodeListener } from "@sse/server/node";
import { fromNodeMiddleware } from "h3";
import { hub } from "./global-hub.ts";

export default fromNodeMiddleware(toNodeListener(hub.respond));
