/** A block of code on a page. */
export interface Block {
  readonly language: string;
  /** The name in its first line, as in `// server.ts` or `# nginx.conf`; the block is that file, whole. */
  readonly file: string | undefined;
  readonly code: string;
  /** The lines of the page between the fences: the first of them, and the one after the last; from 0. */
  readonly from: number;
  readonly to: number;
}

const FENCE = /^```(.*)$/;
const NAME = /^(?:\/\/|#) ([\w./-]*\w)$/;

/** The blocks of a page in their order. @throws Error for a block that never ends */
export function blocksOf(page: string, markdown: string): readonly Block[] {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const language = FENCE.exec(lines[at] as string)?.[1];
    if (language === undefined) continue;
    const to = lines.indexOf("```", at + 1);
    if (to === -1) throw new Error(`${page}:${at + 1}: the code block has no end.`);
    const code = lines.slice(at + 1, to);
    const file = language === "sh" || language === "text" ? undefined : NAME.exec(code[0] ?? "")?.[1];
    blocks.push({ language, file, code: `${code.join("\n")}\n`, from: at + 1, to });
    at = to;
  }
  return blocks;
}

/** The page with its blocks replaced by what `codeOf` gives for them; undefined leaves a block as it is. */
export function withBlocks(
  page: string,
  markdown: string,
  codeOf: (block: Block) => string | undefined,
): string {
  const lines = markdown.split("\n");
  for (const block of blocksOf(page, markdown).toReversed()) {
    const code = codeOf(block);
    if (code !== undefined)
      lines.splice(block.from, block.to - block.from, ...code.replace(/\n$/, "").split("\n"));
  }
  return lines.join("\n");
}
