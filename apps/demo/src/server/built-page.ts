import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

interface BuiltFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

/** The page as vite built it: its template, and its assets by path, all in memory since there are few. */
export class BuiltPage {
  readonly template: string;
  readonly #files = new Map<string, BuiltFile>();

  constructor(directory: string) {
    this.template = readFileSync(join(directory, "index.html"), "utf8");
    for (const name of readdirSync(join(directory, "assets"))) {
      this.#files.set(`/assets/${name}`, {
        bytes: new Uint8Array(readFileSync(join(directory, "assets", name))),
        type: TYPES[extname(name)] ?? "application/octet-stream",
      });
    }
  }

  /** The asset at a path; undefined when there is none. */
  asset(path: string): Response | undefined {
    const file = this.#files.get(path);
    if (file === undefined) return undefined;
    // An asset's name changes with its content.
    const headers = { "content-type": file.type, "cache-control": "public, max-age=31536000, immutable" };
    return new Response(file.bytes, { headers });
  }
}
