import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type Matrix, tableOf } from "./matrix.ts";

const PAGE = new URL("../../../docs/runtimes.md", import.meta.url);
const RESULTS = new URL("../results/", import.meta.url);
/** Set to write the page and the results anew, instead of comparing. */
const WRITE = process.env.WRITE_MATRIX !== undefined;

export function readPage(): string {
  return readFileSync(PAGE, "utf8");
}

/** Keeps the matrix; with WRITE_MATRIX set, the page too. Returns the page as it should be. */
export function keep(name: string, matrix: Matrix): string {
  if (WRITE) {
    mkdirSync(RESULTS, { recursive: true });
    writeFileSync(new URL(`${name}-matrix.json`, RESULTS), `${JSON.stringify(matrix, undefined, 1)}\n`);
    writeFileSync(PAGE, withMatrix(readPage(), name, matrix));
  }
  return withMatrix(readPage(), name, matrix);
}

export function keptMatrix(name: string): Matrix {
  // What `keep` wrote.
  return JSON.parse(readFileSync(new URL(`${name}-matrix.json`, RESULTS), "utf8"));
}

/** The page with this matrix between its markers; all else stays. */
function withMatrix(page: string, name: string, matrix: Matrix): string {
  const start = `<!-- ${name}: written from apps/conformance, WRITE_MATRIX=1 -->`;
  const end = `<!-- /${name} -->`;
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/runtimes.md has lost the markers of ${name}.`);
  return `${page.slice(0, from)}${start}\n\n${tableOf(matrix)}\n${page.slice(to)}`;
}
