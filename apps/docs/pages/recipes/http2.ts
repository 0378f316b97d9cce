// http2.ts
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";
import { toNodeListener } from "@sse/server/node";
import { hub } from "./hub.ts";

const key = readFileSync(process.env.TLS_KEY ?? "key.pem");
const cert = readFileSync(process.env.TLS_CERT ?? "cert.pem");
const port = Number(process.env.PORT ?? 3000);
// allowHTTP1: clients without HTTP/2 are served as well.
createSecureServer({ key, cert, allowHTTP1: true }, toNodeListener(hub.respond)).listen(port, "127.0.0.1");
