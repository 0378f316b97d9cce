import { type Figure, standings } from "./figures.ts";
import { serverLabel } from "./labels.ts";
import type { ServerResult } from "./result.ts";
import { targets } from "./targets.ts";

/** A column: one figure with so many connections. */
export interface Column {
  readonly title: string;
  readonly connections: number;
  readonly figure: Figure;
  readonly show: (value: number) => string;
}

/** Everybody in a row each: the figure, and how it stands to the first of the same round. */
export function serverTable(result: ServerResult, columns: readonly Column[]): string[] {
  const all = columns.map((column) => standings(result, column.connections, column.figure));
  const adapters = [...new Set(all.flat().map(({ adapter }) => adapter))];
  const rows = adapters.map((adapter) => [
    adapter.startsWith("ours") ? `**${serverLabel(adapter)}**` : serverLabel(adapter),
    ...columns.map(({ show }, at) => {
      const found = all[at]?.find((one) => one.adapter === adapter);
      if (found === undefined) return "–";
      const { value, ratio } = found;
      const range = ratio.min === ratio.max ? "" : ` (${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)})`;
      return `${show(value.median)} · ${ratio.median.toFixed(2)}×${range}`;
    }),
  ]);
  return table(["", ...columns.map(({ title }) => title)], rows);
}

export function targetTable(result: ServerResult): string[] {
  return table(
    ["", "aim", "measured", ""],
    targets(result).map(({ about, aim, reached, isReached }) => [about, aim, reached, isReached ? "✓" : "✗"]),
  );
}

export function stallTable({ stalls }: ServerResult): string[] {
  const rows = stalls.map(({ adapter, slowConsumer, rss, isComplete }) => [
    serverLabel(adapter) + (adapter === "ours" ? `, \`${slowConsumer}\`` : ""),
    `${(rss / 2 ** 20).toFixed(1)} MB`,
    isComplete ? "everything" : "not everything",
  ]);
  return table(["", "the server grew by", "the others got"], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const rule = head.map((_, at) => (at === 0 ? "---" : "--:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}
