import { parseSync, Visitor } from "oxc-parser";

/** One place where a file names another module, of whatever kind: value, type, re-export or dynamic. */
export interface ImportSite {
  /** What stands between the quotes; undefined for an `import(…)` of something computed. */
  readonly specifier: string | undefined;
  readonly line: number;
}

interface Node {
  readonly start: number;
}

interface Text extends Node {
  readonly value: string;
}

const REFERENCE = /^\/\s*<reference\s+(?:path|types)\s*=\s*["']([^"']+)["']/;

/** Every module that a source file names, in the order of the text. Throws where the file does not parse. */
export function importSites(path: string, source: string): readonly ImportSite[] {
  const parsed = parseSync(path, source, { sourceType: "module" });
  const [error] = parsed.errors;
  if (error !== undefined) throw new SyntaxError(`${path} does not parse: ${error.message}`);

  const found: { readonly specifier: string | undefined; readonly start: number }[] = [];
  const add = (node: Node, text: Text | null | undefined): void => {
    if (text !== null && text !== undefined) found.push({ specifier: text.value, start: node.start });
  };
  const addExpression = (node: Node, argument: { readonly type: string; readonly value?: unknown }): void => {
    const literal = argument.type === "Literal" && typeof argument.value === "string";
    found.push({ specifier: literal ? String(argument.value) : undefined, start: node.start });
  };

  new Visitor({
    ImportDeclaration: (node) => add(node, node.source),
    ExportNamedDeclaration: (node) => add(node, node.source),
    ExportAllDeclaration: (node) => add(node, node.source),
    ImportExpression: (node) => addExpression(node, node.source),
    TSImportType: (node) => add(node, node.source),
    TSExternalModuleReference: (node) => add(node, node.expression),
  }).visit(parsed.program);
  for (const comment of parsed.comments) {
    const specifier = REFERENCE.exec(comment.value)?.[1];
    if (specifier !== undefined) found.push({ specifier, start: comment.start });
  }

  return found
    .sort((a, b) => a.start - b.start)
    .map(({ specifier, start }) => ({ specifier, line: source.slice(0, start).split("\n").length }));
}
