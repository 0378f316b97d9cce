import type { Fault } from "./fault.ts";
import { FACES, type Face, WORDS } from "./words.ts";

/** One row as it came out. */
export interface Result {
  readonly name: string;
  readonly does: string;
  readonly sees: Readonly<Record<Face, string>>;
}

const COLUMNS = { EventSource: "`EventSource`", connect: "`connect`", request: "`request`" } as const;

const HEAD = `# What can happen to a connection

Each row is a test: it happens over real sockets, to the client as it is, in Node. A proxy cuts, silences and slows
connections; the servers are ours, or written by hand where the fault is in the answer. Where a row says "at any byte",
each is tried. \`request\` is a GET here without \`resume\`, unless the row says so; a POST is no different.

What the client does is decided by what happened alone; [errors](guides/errors.md) says it by the state you see and
the \`code\` you get. This page is written by \`UPDATE=1 npx vitest run\` in \`apps/faults\`, from the same rows.
`;

/** The rows' expectations, which the tests compare with what they see. */
export function resultsOf(faults: readonly Fault[]): Result[] {
  return faults.map(({ name, does, sees }) => ({ name, does, sees }));
}

/** docs/faults.md, all of it. */
export function pageOf(results: readonly Result[]): string {
  const rows = results.map(({ name, sees, does }) =>
    line([name, ...FACES.map((face) => cell(sees[face])), does]),
  );
  const used = new Set(results.flatMap(({ sees }) => Object.values(sees)));
  const words = Object.entries(WORDS).filter(([word]) => used.has(word));
  return [
    HEAD,
    line(["what happened", ...FACES.map((face) => COLUMNS[face]), "what the client does"]),
    "|---|---|---|---|---|",
    ...rows,
    "",
    "## The words",
    "",
    "| you see | meaning |",
    "|---|---|",
    ...words.map(([word, meaning]) => line([word, meaning])),
    line(["fails: `code`", "The events before came once and in order; then the error with that `code`."]),
    "",
  ].join("\n");
}

/** The matrix for a terminal. */
export function tableOf(results: readonly Result[]): string {
  const lines = [
    ["", ...FACES],
    ...results.map(({ name, sees }) => [name, ...FACES.map((face) => sees[face])]),
  ];
  const widths = [0, 1, 2, 3].map((at) =>
    Math.min(58, Math.max(...lines.map((cells) => cells[at]?.length ?? 0))),
  );
  return lines
    .map((cells) =>
      cells
        .map((text, at) => short(text, widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function short(text: string, width: number): string {
  return (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width);
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
}

function cell(outcome: string): string {
  if (outcome.startsWith("fails: ")) return `fails: \`${outcome.slice(7)}\``;
  return outcome.startsWith("does not apply: ") ? `– (${outcome.slice(16)})` : outcome;
}
