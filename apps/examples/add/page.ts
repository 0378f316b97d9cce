import { connect } from "@sse/client";
import type { memory } from "./server.ts";

const status = document.querySelector("[role=status]")!;
const list = document.querySelector("ul")!;
const added = connect<typeof memory>("/events");
added.onStateChange((state) => status.replaceChildren(state.status));
added.on("add", ({ data, lastEventId }) => {
  const item = document.createElement("li");
  item.textContent = `${data.at}: ${data.freeMegabytes} MB (id ${lastEventId})`;
  list.prepend(item);
  list.children[100]?.remove();
});
