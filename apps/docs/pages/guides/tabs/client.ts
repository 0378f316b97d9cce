// client.ts
import { connect, type Subscription } from "@sse/client";
import { share } from "@sse/client/share";
import type { EventOf } from "@sse/protocol";
import { inbox } from "./events.ts";

export const open = (url: string, user: string): Subscription<EventOf<typeof inbox>> =>
  connect(inbox, url, { transport: share({ key: `inbox:${user}` }) });
