import { createServer } from "node:http";
import { createHub } from "@sse/server";
import { news } from "../../docs/pages/recipes/events.ts";

// Loaded into the framework's process: tells what the hub counts, and publishes when it is asked to. It finds the hub
// by its name, as a second copy of the recipe would.
createServer(async (req, res) => {
  const hub = createHub(news, { name: "news" });
  if (req.method === "POST")
    await hub.publish("headline", { n: Number(req.url?.slice(1)), text: "asked for" });
  res.end(JSON.stringify(hub.stats()));
})
  .listen(Number(process.env.OBSERVE_PORT), "127.0.0.1")
  .unref();
