import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** A module of this package with all that it imports, as one ES module. */
export async function bundle(path: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../${path}`, import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    conditions: ["@sse/source"],
    external: ["node:*", "cloudflare:*"],
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild made nothing of ${path}.`);
  return file.text;
}
