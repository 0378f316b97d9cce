// memory.ts
import { createHub } from "@sse/server";
import { news } from "./events.ts";
import { serve } from "./server.ts";

serve(createHub(news));
