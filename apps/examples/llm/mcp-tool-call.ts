import { request } from "@sse/client";
import { ConnectionError, defineEvents, json } from "@sse/protocol";

type Message = { readonly id?: number; readonly method?: string; readonly result?: unknown };
const rpc = defineEvents({ message: json<Message>() });
const ACCEPT = { accept: "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25" };

/** A tool's progress, then its result. A stream that ends before is taken up by GET, after its last id. */
export async function* call(url: string, session: string, params: object) {
  const headers = { ...ACCEPT, "mcp-session-id": session };
  const body = { jsonrpc: "2.0", id: 1, method: "tools/call", params };
  const until = ({ data }: { readonly data: Message }) => data.id === 1 && data.method === undefined;
  try {
    yield* request(rpc, url, { headers, json: body, resume: "get", until });
  } catch (error) {
    if (!(error instanceof ConnectionError) || error.status !== 200) throw error;
    yield { data: JSON.parse(await error.text()) as Message }; // servers may answer with JSON instead
  }
}
