// redis.ts
import { createHub } from "@sse/server";
import { redisBackplane } from "@sse/server/redis";
import { createClient } from "redis";
import { news } from "./events.ts";
import { serve } from "./server.ts";

const client = createClient({ url: process.env.REDIS_URL ?? "redis://127.0.0.1:6379" });
serve(createHub(news, { backplane: redisBackplane(client, { name: "news" }) }));
