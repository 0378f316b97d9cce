import { EventEmitter, once } from "node:events";
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type Connection, eventStream } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { printUrl, servePage } from "../page.ts";
import { journal } from "./events.ts";

const hello = "Hello, Grüß Gott, 你好, Привет, مرحبا, नमस्ते, こんにちは, שלום, Γειά σου, 👋🏽".split(", ");
const file = process.env.JOURNAL ?? `${import.meta.dirname}/journal.log`;
const lines = readFileSync(file, { encoding: "utf8", flag: "a+" }).split("\n").slice(0, -1);
const grown = new EventEmitter().setMaxListeners(0);
setInterval(() => {
  const line = `${new Date().toISOString()} ${hello[lines.length % hello.length]}`;
  appendFileSync(file, `${line}\n`);
  grown.emit("line", lines.push(line));
}, 1000);

async function* read({ lastEventId, signal }: Connection) {
  const seen = Number(lastEventId); // the id of a line is its number; an unknown one gets the whole journal
  for (let n = lines[seen - 1] === undefined ? 0 : seen; ; n++) {
    while (n >= lines.length) await once(grown, "line", { signal });
    yield journal.event("line", lines[n]!, { id: `${n + 1}` });
  }
}
const page = servePage(import.meta.dirname);
const handle = (request: Request) =>
  new URL(request.url).pathname === "/events" ? eventStream(journal, request, read) : page(request);
createServer(toNodeListener(handle)).listen(Number(process.env.PORT ?? 3005), "127.0.0.1", printUrl);
