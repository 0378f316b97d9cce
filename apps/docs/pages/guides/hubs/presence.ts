// presence.ts
import { createChannelHub } from "@sse/server";
import { chat } from "./events.ts";

export const rooms = createChannelHub(chat, {
  presence: true,
  authorize: (request) => ({ principal: request.headers.get("x-user") ?? "somebody" }), // yours looks closer
});

/** Tells whoever is in the lobby who comes and who goes, in all processes. */
export function announce(): () => void {
  return rooms.presence("lobby").onChange(({ joined, left }) => {
    for (const who of joined) void rooms.publish("said", { who, text: "comes in" }, { channel: "lobby" });
    for (const who of left) void rooms.publish("said", { who, text: "leaves" }, { channel: "lobby" });
  });
}

/** To one of those who are there, in every tab of theirs. */
export const whisper = (to: string, who: string, text: string): Promise<string> =>
  rooms.publish("said", { who, text }, { channel: "lobby", principal: to });
