// board.ts
import { connect } from "@sse/client";
import { scores } from "./scores.ts";

/** Shows how it stands, from the first moment on and over every gap. What it returns ends that. */
export function board(url: string, show: (table: Readonly<Record<string, number>>) => void): () => void {
  let table: Readonly<Record<string, number>> = {};
  // Nobody has given out this position, so what comes first is a gap, and with it the state.
  const stream = connect(scores, url, { lastEventId: "none" });
  stream.on("table", ({ data }) => {
    table = data;
    show(table);
  });
  stream.on("goal", ({ data: { team } }) => {
    table = { ...table, [team]: (table[team] ?? 0) + 1 };
    show(table);
  });
  return () => stream.close();
}
