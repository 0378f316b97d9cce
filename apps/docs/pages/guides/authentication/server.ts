// server.ts
import { createHub } from "@sse/server";
import { inbox } from "./events.ts";

/** By token. Yours are in a database, or in a token whose signature you check. */
export const sessions = new Map<string, { readonly user: string; readonly expiresAt: Date }>();

export const hub = createHub(inbox, {
  authorize(request) {
    const token = request.headers.get("authorization")?.replace(/^Bearer /, "");
    const session = sessions.get(token ?? "");
    if (session === undefined) return new Response("Sign in first.\n", { status: 401 });
    return { principal: session.user, expiresAt: session.expiresAt };
  },
});

export async function signOut(user: string): Promise<void> {
  for (const [token, session] of sessions) if (session.user === user) sessions.delete(token);
  await hub.revoke(user); // in every process; without it the next check, at most 30 s later, finds out
}
