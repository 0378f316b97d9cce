import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../pages.ts";
import { readOptionDoc, sentences } from "./docstring.ts";
import { type DoorExports, type Export, type Kind, type Option, readDoors } from "./exports.ts";
import { GUIDES } from "./guides.ts";

/** Where the page is, from the root. */
export const API_PAGE = "docs/api.md";

const HEAD = `# Every export

What each door of the packages exports, and every option: below its name what it takes (of a number the unit), beside it
what it does, what it is when it is left out or \`undefined\`, and what \`false\` means where it can be switched off. Options
marked with * must be given.

This page is made from the docstrings, which your editor shows at every option and function: they say more, what is
thrown among it. What may change, and when, is in [Versions and support](versioning.md).
`;

const DOORS: Readonly<Record<string, string>> = {
  "@sse/protocol": "The parser, the serializer, the event contract and the errors: what both ends share.",
  "@sse/server": "Event streams as responses, in everything that speaks `Request` and `Response`.",
  "@sse/server/node": "The same on `node:http`, `https` and `http2`, and what is built on them.",
  "@sse/server/redis": "The log of a hub in Redis or Valkey.",
  "@sse/server/nats": "The log of a hub in NATS JetStream.",
  "@sse/server/sqlite": "The log of a hub in a file.",
  "@sse/client": "Event streams as they are read: in browsers, workers and servers.",
  "@sse/client/share": "One connection for all tabs.",
};

const KINDS: readonly (readonly [Kind, string])[] = [
  ["function", "Functions"],
  ["class", "Classes"],
  ["value", "Constants"],
  ["type", "Types"],
];

/** The whole page. */
export function apiPage(): string {
  const all = readDoors();
  const order = Object.keys(DOORS);
  const doors = all.toSorted((a, b) => order.indexOf(a.door.name) - order.indexOf(b.door.name));
  const linked = new Set(doors.flatMap(({ exports }) => exports.filter(isTable).map(({ name }) => name)));
  const index = doors.map(({ door }) => `- [\`${door.name}\`](#${anchor(door.name)}): ${DOORS[door.name]}`);
  return `${[HEAD, index.join("\n"), ...doors.map((one) => doorSection(one, linked))].join("\n").trimEnd()}\n`;
}

/** The page as it is committed. */
export function committedApiPage(): string {
  return readFileSync(join(root, API_PAGE), "utf8");
}

function doorSection({ door, exports }: DoorExports, linked: ReadonlySet<string>): string {
  const tables = exports.filter(isTable);
  const lists = KINDS.flatMap(([kind, title]) => {
    const those = exports.filter((one) => one.kind === kind && !tables.includes(one));
    return those.length === 0 ? [] : [`**${title}**\n\n${those.map(line).join("\n")}\n`];
  });
  return [
    `\n## \`${door.name}\`\n\n${DOORS[door.name]}\n`,
    ...lists,
    ...tables.map((one) => tableSection(one, linked)),
  ].join("\n");
}

function isTable({ options }: Export): boolean {
  return options.length > 0;
}

function line(one: Export): string {
  const { name, kind, parameters } = one;
  // Errors are caught, not made.
  const isMade = kind === "function" || (kind === "class" && !name.endsWith("Error"));
  const call = isMade ? `${kind === "class" ? "new " : ""}${name}(${parameters.join(", ")})` : name;
  const takes = isMade ? one.takes.map((table) => `[\`${table}\`](#${anchor(table)})`).join(" and ") : "";
  const guide = GUIDES[name];
  const parts = [`- \`${call}\`: ${summary(one)}`];
  if (takes !== "") parts.push(`Options: ${takes}.`);
  if (guide !== undefined) parts.push(`See [${titleOf(guide)}](${guide}).`);
  return parts.join(" ");
}

function titleOf(guide: string): string {
  return /^# (.*)$/m.exec(readFileSync(join(root, "docs", guide), "utf8"))?.[1] ?? guide;
}

/** The first sentence of what the docstring says. */
export function summary({ docstring }: Export): string {
  return sentences(docstring)[0] ?? "";
}

function tableSection(one: Export, tables: ReadonlySet<string>): string {
  const { name, options, bases } = one;
  const also = bases.map((base) => `[\`${base}\`](#${anchor(base)})`).join(" and ");
  return [
    `### \`${name}\`\n`,
    `${summary(one)}${also === "" ? "" : ` It has the options of ${also}, too.`}\n`,
    optionTable(options, tables),
    "",
  ].join("\n");
}

/** Two columns, so that a phone has room for them. */
function optionTable(options: readonly Option[], tables: ReadonlySet<string>): string {
  const rows = options.map((option) => {
    const { what, byDefault, ifFalse } = readOptionDoc(option.docstring);
    const lines = [what];
    if (byDefault !== undefined) lines.push(`Default: **${byDefault}**.`);
    // "Default: false, no limit." has said it.
    if (ifFalse !== undefined && !byDefault?.startsWith("false, ")) lines.push(`\`false\`: ${ifFalse}.`);
    return [
      `\`${option.name}\`${option.required ? " *" : ""}<br>${taken(option, tables)}`,
      lines.join("<br>"),
    ];
  });
  const head = ["option", "what it does"];
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map(cell).join(" | ")} |`)
    .join("\n");
}

/** A pipe would end the cell, in code as well. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/Ms$/, "ms"],
  [/Bytes$/, "bytes"],
];

/** What an option takes: a unit where it is a number, a word where it is a function, else its type. */
function taken({ name, type }: Option, tables: ReadonlySet<string>): string {
  const plain = type.replace(/ \| false\b/, "").replace(/^\((.*)\)$/, "$1");
  if (plain === "function" || /^\([^)]*\) =>/.test(plain)) return "a function";
  const unit = UNITS.find(([ending]) => ending.test(name))?.[1] ?? "a number";
  const [first, ...rest] = plain.split(" | ");
  if (first === "number") return [unit, ...rest.map((other) => `\`${other}\``)].join(", or ");
  return tables.has(plain) ? `[\`${plain}\`](#${anchor(plain)})` : `\`${plain}\``;
}

/** As Markdown's readers name a heading. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, "")
    .replaceAll(" ", "-");
}
