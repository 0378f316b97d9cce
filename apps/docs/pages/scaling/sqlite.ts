// sqlite.ts
import { DatabaseSync } from "node:sqlite";
import { createHub } from "@sse/server";
import { sqliteBackplane } from "@sse/server/sqlite";
import { news } from "./events.ts";
import { serve } from "./server.ts";

const database = new DatabaseSync(process.env.LOG_FILE ?? "news.sqlite");
serve(createHub(news, { backplane: sqliteBackplane(database) }));
