import { DatabaseSync } from "node:sqlite";
import { sqliteBackplane } from "../../src/sqlite.ts";
import { message } from "../contracts/message.ts";

// Publishes without end into the file that it is given, and says each id once the log has it.
const log = sqliteBackplane(new DatabaseSync(process.argv[2] ?? ""), { pollMs: false });
for (let n = 1; ; n++) {
  const { epoch, offset } = await log.publish(message(`${n}`));
  process.stdout.write(`${epoch}.${offset}\n`);
}
