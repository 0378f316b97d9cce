// cross-origin.ts
import { createHub } from "@sse/server";
import { inbox } from "./events.ts";

export const hub = createHub(inbox, {
  cors: {
    origins: [process.env.PAGE_ORIGIN ?? "https://app.example"],
    credentials: true, // for cookies
    headers: ["authorization"], // beside Last-Event-ID, which is always allowed
  },
});
