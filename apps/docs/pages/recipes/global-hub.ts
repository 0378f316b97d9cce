// global-hub.ts
import { createHub, type Hub } from "@sse/server";
import { news } from "./events.ts";

const kept = globalThis as { newsHub?: Hub<(typeof news)["events"]> };
kept.newsHub ??= createHub(news);

export const hub = kept.newsHub;
