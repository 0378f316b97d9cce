import { type Options, readOptions, usageOf } from "../server/options.ts";
import { Cluster } from "./cluster.ts";

const USAGE = usageOf("npm run demo:cluster");
let options: Options;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exit(2);
}
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}

const cluster = new Cluster();
// "disconnect": whoever started it is gone.
for (const end of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const) {
  process.on(end, async () => {
    await cluster.stop();
    process.exit(0);
  });
}
try {
  console.log(await cluster.start(options.port));
} catch (error) {
  await cluster.stop();
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
