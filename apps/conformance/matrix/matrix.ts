import type { Check, Result, RuntimeName } from "../runners/check.ts";

export type Cell = "yes" | "gap" | "no" | "not run";
export interface Row {
  readonly name: string;
  readonly cells: Readonly<Record<string, Cell>>;
  readonly gaps: Readonly<Partial<Record<RuntimeName, string>>>;
}
export interface Matrix {
  readonly runtimes: readonly string[];
  readonly rows: readonly Row[];
}

/** Behaviour by runtime. A runtime without results did not run. */
export function matrixOf<Tools>(
  checks: readonly Check<Tools>[],
  runtimes: readonly RuntimeName[],
  results: ReadonlyMap<RuntimeName, readonly Result[]>,
): Matrix {
  const rows = checks.map(({ name, gaps = {} }) => {
    const cells = runtimes.map((runtime) => {
      const outcome = results.get(runtime)?.find((result) => result.name === name)?.outcome;
      if (outcome === undefined) return [runtime, "not run"] as const;
      if (outcome === "passed") return [runtime, "yes"] as const;
      return [runtime, gaps[runtime] === undefined ? "no" : "gap"] as const;
    });
    return { name, cells: Object.fromEntries(cells), gaps };
  });
  return { runtimes, rows };
}

const SIGNS: Readonly<Record<Cell, string>> = { yes: "✓", gap: "gap", no: "✗", "not run": "–" };

/** The matrix as a table of Markdown, and under it why the gaps are there. */
export function tableOf({ runtimes, rows }: Matrix): string {
  const head = ["", ...runtimes];
  const lines = rows.map(({ name, cells }) => [
    name,
    ...runtimes.map((one) => SIGNS[cells[one] ?? "not run"]),
  ]);
  const table = [head, ["---", ...runtimes.map(() => ":-:")], ...lines].map(
    (row) => `| ${row.join(" | ")} |`,
  );
  const why = rows.flatMap(({ name, gaps }) =>
    Object.entries(gaps).map(([runtime, reason]) => `- ${runtime}: "${name}": ${reason}.`),
  );
  return [...table, "", ...(why.length > 0 ? ["Gaps:", "", ...why, ""] : [])].join("\n");
}
