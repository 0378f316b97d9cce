/** A block of code that a page shows as a file: its first line is a comment with the file's name. */
export interface Snippet {
  readonly file: string;
  readonly code: string;
  /** The line of the page on which the code begins. */
  readonly line: number;
}

const FENCE = /^```(\w*)$/;
const NAME = /^\/\/ ([\w./-]+\.tsx?)$/;

/** The TypeScript files that a page shows. @throws Error for a block without a file name, or a name given twice. */
export function snippetsOf(page: string, markdown: string): readonly Snippet[] {
  const lines = markdown.split("\n");
  const snippets: Snippet[] = [];
  for (let at = 0; at < lines.length; at++) {
    const language = FENCE.exec(lines[at] as string)?.[1];
    if (language === undefined) continue;
    const end = lines.findIndex((line, index) => index > at && line === "```");
    if (end === -1) throw new Error(`${page}:${at + 1}: the code block has no end.`);
    if (language === "ts") {
      const file = NAME.exec(lines[at + 1] as string)?.[1];
      if (file === undefined)
        throw new Error(`${page}:${at + 2}: a code block begins with its file's name, as in // server.ts.`);
      if (snippets.some((other) => other.file === file))
        throw new Error(`${page}:${at + 2}: ${file} is there twice.`);
      snippets.push({ file, code: `${lines.slice(at + 1, end).join("\n")}\n`, line: at + 2 });
    }
    at = end;
  }
  return snippets;
}
