// hono.ts
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { hub } from "./hub.ts";

const app = new Hono();
app.all("/events", (context) => hub.respond(context.req.raw));
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: "127.0.0.1" });
