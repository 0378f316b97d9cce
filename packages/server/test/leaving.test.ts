import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { Connection } from "../src/connection.ts";
import { eventStream } from "../src/event-stream.ts";
import { RawReader, serveInTest } from "./http.ts";
import { eventually } from "./support/serve.ts";

// The whole hundred thousand: COUNT=100000.
const COUNT = Number(process.env.COUNT ?? 60_000);
/** What the runtime keeps for one forgotten timer is about 160, a forgotten connection some thousand; noise is 40. */
const BYTES_A_CONNECTION = 80;

describe("clients that leave", () => {
  test.each(["idle", "busy"])(
    "an %s stream of a real socket are noticed, and the producer's finally runs",
    async (how) => {
      const log: string[] = [];
      async function* produce({ signal }: Connection) {
        try {
          yield { type: "message", data: "first" };
          while (how === "busy") {
            yield { type: "message", data: "x".repeat(1000) };
            await new Promise((resolve) => setImmediate(resolve));
          }
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          log.push("signal");
        } finally {
          log.push("finally");
        }
      }
      const { port } = await serveInTest((request) =>
        eventStream(null, request, produce, { heartbeatMs: false }),
      );
      const reader = new RawReader(port);
      await eventually(() => reader.seen.length > 0);
      reader.leave();
      await eventually(() => log.includes("finally"));
      expect(log).toEqual(how === "busy" ? ["finally"] : ["signal", "finally"]);
    },
  );

  test(`leave nothing behind: ${COUNT} of them, and memory and timers are what they were`, async () => {
    const program = join(import.meta.dirname, "support/leaving.ts");
    const flags = ["--expose-gc", "--conditions=@sse/source", "--no-warnings"];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, `${COUNT}`]);
    const { grown, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({ connections: 0, timers: 0, finallys: COUNT / 4, cancelled: COUNT / 4 });
    expect(grown).toBeLessThan(COUNT * BYTES_A_CONNECTION);
  }, 120_000);
});
