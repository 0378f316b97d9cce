import { connect } from "@sse/client";
import { journal } from "./events.ts";

// What this tab has read outlives a reload, and with it the place to go on from.
const read: { data: string; lastEventId: string }[] = JSON.parse(sessionStorage.read ?? "[]");
const show = ({ data }: { data: string }) =>
  document.querySelector("ol")!.appendChild(document.createElement("li")).append(data);
read.forEach(show);

connect(journal, "/events", { lastEventId: read.at(-1)?.lastEventId }).on("line", (line) => {
  show(line);
  read.push(line);
  sessionStorage.read = JSON.stringify(read);
});
