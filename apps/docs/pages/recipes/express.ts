// express.ts
import { toNodeListener } from "@sse/server/node";
import express from "express";
import { hub } from "./hub.ts";

const app = express();
app.use("/events", toNodeListener(hub.respond));
app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
