import { type Options, readOptions, usageOf } from "./options.ts";
import { Supervisor } from "./supervisor.ts";

const USAGE = usageOf("npm start");
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

const supervisor = new Supervisor(options.port);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void supervisor.stop());
}
// Whoever started it is gone. That somebody might go is no reason to stay.
process.on("disconnect", () => void supervisor.stop());
process.channel?.unref();
supervisor.start();
process.exitCode = await supervisor.finished;
