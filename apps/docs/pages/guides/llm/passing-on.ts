// passing-on.ts
import { relay } from "@sse/server";

/** The vendor's stream as it is, event by event. The page reads it with the vendor's contract, and no key. */
export async function respond(asked: Request, model: string, key: string): Promise<Response> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
  const body = await asked.text();
  const upstream = await fetch(model, { method: "POST", headers, body, signal: asked.signal });
  return relay(upstream, { signal: asked.signal });
}
