// client.ts
import { connect } from "@sse/client";
import { inbox } from "./events.ts";

interface Tokens {
  readonly current: string;
  renew(): Promise<void>;
}

export const open = (url: string, tokens: Tokens) =>
  connect(inbox, url, {
    headers: () => ({ authorization: `Bearer ${tokens.current}` }), // asked before every attempt
    refresh: () => tokens.renew(), // after a 401, once an outage; the next attempt asks `headers` again
  });
