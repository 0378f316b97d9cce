// before.ts
import type { IncomingMessage, ServerResponse } from "node:http";
import { createChannel, createSession } from "better-sse";

export const ticks = createChannel();

export async function events(req: IncomingMessage, res: ServerResponse): Promise<void> {
  ticks.register(await createSession(req, res));
}

export function tick(price: number): void {
  ticks.broadcast({ price }, "tick");
}
