// with-cookies.ts
import { connect } from "@sse/client";
import { inbox } from "./events.ts";

export const open = (url: string) => connect(inbox, url, { credentials: "include", cursor: "query" });
