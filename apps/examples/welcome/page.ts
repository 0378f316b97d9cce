import { connect } from "@sse/client";
import { greetings } from "./events.ts";

const say = (line: string) => document.querySelector("pre")!.append(`${line}\n`);

const welcome = connect(greetings, "/events");
welcome.on("welcome", ({ data }) => say(data));
welcome.onStateChange((state) => {
  if (state.status === "open") say("[open]");
  if (state.status === "waiting")
    say(`[error] ${state.error?.message ?? "cut"} Back in ${state.delayMs} ms.`);
});
welcome.closed.then((reason) => say(`[close] ${reason}`));
