// inbox.ts
import { createHub } from "@sse/server";
import { notices } from "./events.ts";

/** Whose a session is. Yours looks it up, or checks a token's signature. */
export const users = new Map<string, string>();

export const hub = createHub(notices, {
  authorize(request) {
    const session = /(?:^|; )session=([^;]*)/.exec(request.headers.get("cookie") ?? "")?.[1];
    const principal = users.get(session ?? "");
    return principal === undefined ? new Response("Sign in first.\n", { status: 401 }) : { principal };
  },
});

/** To all tabs and devices of one user, on whichever process they are; nobody else gets it. */
export const notify = (user: string, title: string): Promise<string> =>
  hub.publish("notice", { title }, { principal: user });
