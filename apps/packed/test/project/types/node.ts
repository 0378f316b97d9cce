import { createServer } from "node:http";
import { toNodeListener } from "@sse/server/node";
import { serve } from "./usage.ts";

export const server = createServer(toNodeListener(serve));
