import { type Check, type RuntimeName, runChecks } from "../runners/check.ts";
import { subscription } from "./connect.ts";
import { eventSource } from "./event-source.ts";
import { oneRequest } from "./request.ts";
import { type ClientTools, clientTools } from "./tools.ts";

/** What the client promises, wherever it runs. */
export const clientList: readonly Check<ClientTools>[] = [...eventSource, ...subscription, ...oneRequest];

/** Runs the list in this runtime; the query says which that is, where the servers are and who wants to know. */
export async function runFrom(query: string): Promise<void> {
  const where = new URLSearchParams(query);
  // Our own runner wrote the query.
  const runtime = where.get("runtime") as RuntimeName;
  const tools = clientTools(runtime, where.get("server") ?? "", where.get("otherServer") ?? "");
  const results = await runChecks(clientList, tools, { atATime: 2, limitMs: 6_000 });
  await (await fetch(where.get("report") ?? "", { method: "POST", body: JSON.stringify(results) })).text();
}
