import { type Dirent, globSync, readFileSync } from "node:fs";
import { basename, join, sep } from "node:path";

/** A paragraph of the documentation, with the place it is from. */
export interface Paragraph {
  readonly file: string;
  /** The first line, counted from 1. */
  readonly line: number;
  /** The headings above it, outermost first. */
  readonly headings: readonly string[];
  readonly text: string;
}

const TABLE_RULE = /^\s*\|[\s:|-]+\|\s*$/;
const WHERE = ["*.md", "docs/**/*.md", "packages/*/*.md", "apps/*/*.md"];

/** Every paragraph of the repository's documentation, as it is on disk now. */
export function readLibrary(root: string): Paragraph[] {
  const exclude = (entry: Dirent | string): boolean =>
    (typeof entry === "string" ? basename(entry) : entry.name) === "node_modules";
  return globSync(WHERE, { cwd: root, exclude }).flatMap((path) =>
    paragraphsOf(path.replaceAll(sep, "/"), readFileSync(join(root, path), "utf8")),
  );
}

/** The paragraphs of one Markdown text: prose, lists and tables; code blocks and headings are none. */
export function paragraphsOf(file: string, markdown: string): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  const headings: string[] = [];
  let pending: string[] = [];
  let began = 0;
  let inCode = false;
  const flush = (): void => {
    const text = plain(pending.join("\n"));
    if (text.length > 40) paragraphs.push({ file, line: began, headings: headings.filter(Boolean), text });
    pending = [];
  };
  for (const [index, line] of markdown.split(/\r?\n/).entries()) {
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    const fence = /^\s*(```|~~~)/.test(line);
    const item = /^\s*([-*+]|\d+\.)\s|^\s*\|/.test(line); // a row of a table is as much as an item of a list
    if (fence) inCode = !inCode;
    if (TABLE_RULE.test(line)) pending = []; // what stood above it were the names of the columns
    if (fence || inCode || heading || item || line.trim() === "") flush();
    if (fence || inCode || line.trim() === "") continue;
    if (heading) {
      headings.length = (heading[1]?.length ?? 1) - 1;
      headings.push(plain(heading[2] ?? ""));
      continue;
    }
    if (pending.length === 0) began = index + 1;
    pending.push(line);
  }
  flush();
  return paragraphs;
}

/** Markdown as words: no links, emphasis, images or table rules. Code keeps its backticks. */
function plain(markdown: string): string {
  return markdown
    .replace(/!\[[^\]]*\]\([^)]*\)/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(TABLE_RULE, "")
    .replace(/^\s*\|(.*)\|\s*$/gm, (_, cells: string) =>
      cells
        .split("|")
        .map((cell) => cell.trim())
        .filter((cell) => cell !== "")
        .join(" – "),
    )
    .replace(/\*\*|__/g, "")
    .replace(/(?<![\w*`])\*([^\s*][^*`]*)\*/g, "$1")
    .replace(/^\s*[-*+]\s+/gm, "")
    .replace(/<[^>`]+>/g, "")
    .replace(/\s*\n\s*/g, " ")
    .trim();
}
