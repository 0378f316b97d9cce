import { connect } from "@sse/client";
import type { job } from "./server.ts";

const bar = document.querySelector("progress")!;
const status = document.querySelector("[role=status]")!;
const working = connect<typeof job>("/events");
document.querySelector("button")!.onclick = () => working.close();
working.closed.then((reason) => status.append(` [${reason}]`));
working.on("*", ({ data }) => {
  bar.value = data.completion;
  status.textContent = `${data.completion} %: ${data.status}`;
});
