import { FACES } from "./faces.ts";
import { CUTS, TABLE } from "./table.ts";

const BEGIN = "<!-- faults:begin -->";
const END = "<!-- faults:end -->";

/** The matrix as a Markdown table: what the tests hold every face to. */
export function table(): string {
  const rows = [
    ...TABLE.map(({ fault, expected }) => [fault, ...FACES.map((face) => expected[face])]),
    ...CUTS.map(({ fault, expected }) => [fault, ...FACES.map((face) => expected[face].join(" or "))]),
  ];
  return [["What happens", ...FACES], ["---", ...FACES.map(() => "---")], ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** The page with this table between its markers. */
export function withTable(page: string): string {
  const [head, rest] = page.split(BEGIN);
  const tail = rest?.split(END)[1];
  if (head === undefined || tail === undefined) throw new Error(`docs/faults.md has no ${BEGIN} and ${END}.`);
  return `${head}${BEGIN}\n${table()}\n${END}${tail}`;
}
