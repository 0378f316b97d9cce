import { buildPackages } from "../build.ts";
import { findRuntime } from "../runtimes.ts";
import { writeServerDocs } from "./docs.ts";
import { parseServerOptions, USAGE } from "./options.ts";
import { loadServerResults, saveServerResult } from "./results.ts";
import { measureServers, targetLines } from "./run.ts";

/** `npm run bench -- --server`: the servers. */
export async function main(args: readonly string[]): Promise<void> {
  const options = parseServerOptions(args);
  if (options.help) return console.log(USAGE);
  if (options.docs) return writeServerDocs(loadServerResults());
  if (options.build) buildPackages("protocol", "server");
  for (const name of options.runtimes) {
    const runtime = findRuntime(name);
    if (runtime === undefined) {
      console.log(`${name}: not installed here, left out.`);
      continue;
    }
    const result = await measureServers(runtime, options);
    if (name.startsWith("node")) console.log(targetLines(result).join("\n"));
    if (options.save) saveServerResult(result);
  }
  if (options.save) writeServerDocs(loadServerResults());
}
