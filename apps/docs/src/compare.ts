import { chromiumPath } from "../../../scripts/chromium.ts";
import { measure } from "./compare/measure.ts";

// Prints the tables of docs/comparison.md.
const path = chromiumPath();
if (path === undefined) throw new Error("This needs a Chromium; CHROMIUM may say where it is.");
for (const busy of [true, false]) {
  console.log(
    `\n| ${busy ? "one event a second" : "no event"} | requests | bytes up | bytes down | together |`,
  );
  console.log("|---|--:|--:|--:|--:|");
  for (const [name, traffic] of await measure(path, { ticks: 60, tickMs: 60, busy })) {
    const { requests, bytesUp, bytesDown } = traffic;
    const cells = [requests, bytesUp, bytesDown, bytesUp + bytesDown].map((count) =>
      count.toLocaleString("en"),
    );
    console.log(`| ${name} | ${cells.join(" | ")} |`);
  }
}
