// channels.ts
import { createChannelHub } from "@sse/server";
import { inbox } from "./events.ts";

const teamsOf = (user: string): readonly string[] => (user === "ann" ? ["red", "blue"] : ["red"]);

export const hub = createChannelHub(inbox, {
  authorize(request) {
    const user = request.headers.get("x-user") ?? ""; // set by a proxy of yours, say
    return { principal: user, channels: teamsOf(user) };
  },
});

export const respond = (request: Request): Promise<Response> =>
  hub.respond(request, { channels: ["red", "blue"] });
