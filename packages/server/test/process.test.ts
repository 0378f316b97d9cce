import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

/** Runs a program beside this package, with its sources; resolves with what it wrote, rejects where it fails. */
async function run(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=@sse/source", "--input-type=module", "--eval", program],
    { cwd: join(import.meta.dirname, ".."), timeout: 20_000 },
  );
  return stdout;
}

const HUB = `
  import { defineEvents, json } from "@sse/protocol";
  import { createHub, eventStream } from "@sse/server";
  const events = defineEvents({ tick: json() });
`;

describe("a process", () => {
  test("survives a publication that fails and that nobody awaits; onError is told", async () => {
    const written = await run(`${HUB}
      const hub = createHub(events, { onError: (error) => console.log("told", error.name) });
      hub.publish("tick", 1n);
      void hub.publish("tick", undefined);
      await hub.publish("tick", 1n).catch(() => console.log("caught"));
      await new Promise((resolve) => setTimeout(resolve, 20));
      await hub.close();
      hub.publish("tick", 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      console.log("alive");
    `);
    const lines = written.trim().split("\n");
    expect(lines.sort()).toEqual(
      ["alive", "caught", "told ClosedError", "told InvalidDataError", "told InvalidDataError"].sort(),
    );
  });

  test("survives a producer that fails after its client left", async () => {
    const written = await run(`${HUB}
      const left = new AbortController();
      const request = new Request("http://own.example", { signal: left.signal });
      const onError = (error, id) => console.log("told", error.message, id === "");
      eventStream(null, request, async ({ closed }) => {
        await closed;
        throw new Error("late");
      }, { onError });
      left.abort();
      await new Promise((resolve) => setTimeout(resolve, 20));
      console.log("alive");
    `);
    expect(written).toBe("told late true\nalive\n");
  });

  test("is not kept alive by open connections, their heartbeats, their age or a grant that will expire", async () => {
    const written = await run(`${HUB}
      const hub = createHub(events, {
        limits: { maxDurationMs: 100_000 },
        authorize: () => ({ principal: "p", expiresAt: new Date(Date.now() + 100_000) }),
      });
      const response = await hub.respond(new Request("http://own.example"));
      const reader = response.body.getReader();
      await reader.read();
      eventStream(null, new Request("http://own.example"), () => {}, { maxDurationMs: 100_000 });
      console.log("open", hub.stats().connections);
    `);
    expect(written).toBe("open 1\n");
  });
});
