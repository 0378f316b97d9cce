// https.ts
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { toNodeListener } from "@sse/server/node";
import { hub } from "./hub.ts";

const key = readFileSync(process.env.TLS_KEY ?? "key.pem");
const cert = readFileSync(process.env.TLS_CERT ?? "cert.pem");
const port = Number(process.env.PORT ?? 3000);
createServer({ key, cert }, toNodeListener(hub.respond)).listen(port, "127.0.0.1");
