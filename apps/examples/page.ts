// Beside the point of the five examples: their pages. Nothing here knows of event streams.
import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { build } from "esbuild";

/**
 * Serves the page of one folder: `page.html` as it is, and `page.ts` bundled for the browser at every request, so
 * that an edit shows after a reload. In an app, a bundler such as Vite does this.
 */
export function servePage(folder: string): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return answer(await readFile(`${folder}/page.html`, "utf8"), "text/html");
    if (pathname === "/page.js") return answer(await bundle(`${folder}/page.ts`), "text/javascript");
    return new Response("The page is at /, the event stream at /events.\n", { status: 404 });
  };
}

/** To be given to `server.listen()`: says where the page is. */
export function printUrl(this: Server): void {
  const address = this.address();
  if (address !== null && typeof address === "object")
    console.log(`http://${address.address}:${address.port}`);
}

async function bundle(script: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [script],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["@sse/source"], // this repository's packages from their sources; elsewhere it means nothing
  });
  return outputFiles.map(({ text }) => text).join("");
}

function answer(body: string, type: string): Response {
  return new Response(body, {
    headers: { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store" },
  });
}
