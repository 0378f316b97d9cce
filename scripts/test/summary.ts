import { styleText } from "node:util";
import { type CheckRow, type Report, type TestRow, total } from "./report.ts";
import type { NotRun } from "./result.ts";

type Colour = "red" | "green" | "yellow" | "dim" | "bold";
const paint = (colour: Colour, text: string): string => styleText(colour, text);

/** The whole run on one screen; the last line is `N passed, N failed, N skipped`, plain. */
export function summary(report: Report): string {
  const { passed, failed, skipped } = total(report);
  return [
    "",
    ...testLines(report.tests),
    "",
    ...checkLines(report.checks),
    ...notRunLines(report.notRun),
    "",
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
  ].join("\n");
}

function testLines(rows: readonly TestRow[]): readonly string[] {
  const width = Math.max(...rows.map(({ name }) => name.length), 5);
  const line = (name: string, cells: readonly string[]): string =>
    `  ${name.padEnd(width)}${cells.map((cell) => cell.padStart(9)).join("")}`;
  return [
    paint("bold", line("Tests", ["passed", "failed", "skipped", "time"])),
    ...rows.map(({ name, counts, ms, note }) => {
      const { passed, failed, skipped } = counts;
      const cells = [String(passed), String(failed), String(skipped), `${(ms / 1000).toFixed(1)} s`];
      const colour = note.startsWith("FAILED") ? "red" : note.startsWith("NOT RUN") ? "yellow" : "green";
      return `${paint(colour, line(name, cells))}   ${colour === "green" ? paint("dim", note) : paint(colour, note)}`.trimEnd();
    }),
  ];
}

function checkLines(rows: readonly CheckRow[]): readonly string[] {
  const failed = rows.filter(({ outcome }) => outcome === "failed");
  const missed = rows.filter(({ outcome }) => outcome === "not run");
  const ok = rows.length - failed.length - missed.length;
  return [
    `${paint("bold", "  Checks")}  ${paint("green", `${ok} ok`)} of ${rows.length}: types, build, packages, lint, floors, sizes, dead code`,
    ...failed.map(({ name }) => paint("red", `  FAILED   ${name}`)),
    ...missed.map(({ name }) => paint("yellow", `  NOT RUN  ${name}: something it needs failed`)),
  ];
}

function notRunLines(entries: readonly NotRun[]): readonly string[] {
  if (entries.length === 0) return [];
  return [
    "",
    ...entries.flatMap(({ what, why, enable }) => [
      paint("yellow", `  NOT RUN  ${what}: ${why}.`),
      paint("yellow", `           To run them: ${enable}`),
    ]),
  ];
}
