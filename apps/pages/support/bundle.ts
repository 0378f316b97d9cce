import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** A script of this folder and all that it imports, as one classic script. */
export async function bundle(file: URL): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(file)],
    bundle: true,
    write: false,
    format: "iife",
    conditions: ["@sse/source"],
    define: { "process.env.NODE_ENV": '"development"' },
  });
  return outputFiles.map(({ text }) => text).join("");
}
