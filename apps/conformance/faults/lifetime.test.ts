import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { event, stream } from "./answers.ts";
import { FACES } from "./faces.ts";
import { FaultServer } from "./fault-server.ts";

const child = fileURLToPath(new URL("./lifetime-child.ts", import.meta.url));

test.for(FACES)("a process stays while %s waits to reconnect, and exits when it has ended", async (face) => {
  await using server = await FaultServer.start();
  server.play([stream(`retry: 300\r\n${event(1)}`)]);
  const given = ["--conditions=@sse/source", child, face, server.url];
  // A code other than 0, an unhandled rejection for one, rejects; so does a process that never exits.
  const { stdout } = await promisify(execFile)(process.execPath, given, { timeout: 30_000 });
  expect(stdout.trim()).toBe("all");
  expect(server.requests).toBe(2);
});
