// rooms.ts
import { createChannelHub } from "@sse/server";
import { chat } from "./events.ts";

export const rooms = createChannelHub(chat);

/** GET /?room=a&room=b follows both rooms, by one connection and one position. */
export async function respond(request: Request): Promise<Response> {
  const [first, ...others] = new URL(request.url).searchParams.getAll("room");
  if (first === undefined) return new Response("Which room?\n", { status: 400 });
  return rooms.respond(request, { channels: [first, ...others] });
}

export const say = (room: string, who: string, text: string): Promise<string> =>
  rooms.publish("said", { who, text }, { channel: room });
