import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, expect, test } from "vitest";
import { FaultProxy } from "../proxy/proxy.ts";
import { after, stream } from "./answers.ts";
import { FACES, outcome } from "./faces.ts";
import { FaultServer } from "./fault-server.ts";
import { CUTS, TABLE } from "./table.ts";

const results: Record<string, Record<string, string>> = {};
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
process.on("unhandledRejection", note);

afterEach(() => {
  expect(unhandled).toEqual([]);
});

afterAll(() => {
  process.off("unhandledRejection", note);
  console.table(results);
  const folder = new URL("../results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL("faults.json", folder), `${JSON.stringify(results, null, 2)}\n`);
});

for (const row of TABLE) {
  for (const face of FACES) {
    test(`${row.fault}: ${face} sees "${row.expected[face]}"`, async () => {
      await using server = await FaultServer.start();
      await using elsewhere = await FaultServer.start();
      server.play(row.answers(elsewhere.url), row.forever);
      const seen = await outcome(face, server.url, row.options);
      results[row.fault] = { ...results[row.fault], [face]: seen };
      expect(seen).toBe(row.expected[face]);
      // One request for each scripted answer, and one that is healthy; a loop is left after fetch's 20, three times at most.
      expect(server.requests).toBeLessThanOrEqual(row.forever ? 3 * 21 : row.answers("").length + 1);
    }, 8000);
  }
}

for (const { fault, ending, expected } of CUTS) {
  for (const face of FACES) {
    test(`${fault}: ${face} sees ${expected[face].join(" or ")}`, async () => {
      await using server = await FaultServer.start();
      const { head, body } = stream(after(0));
      const length = Buffer.byteLength(head) + Buffer.byteLength(body);
      const seen = new Set<string>();
      for (let n = 0; n < length; n++) {
        const script = (index: number) => (index === 0 ? { toClient: { cutAfterBytes: n, ending } } : {});
        await using proxy = await FaultProxy.start({
          targets: [{ port: server.port }],
          script,
          seed: n,
          log: false,
        });
        seen.add(await outcome(face, `${proxy.origin}/`));
      }
      const sorted = [...seen].sort();
      results[fault] = { ...results[fault], [face]: sorted.join(" or ") };
      expect(sorted).toEqual(expected[face]);
    }, 30_000);
  }
}

test("one byte a write: all events, in every face", async () => {
  await using server = await FaultServer.start();
  const script = () => ({ toClient: { dribbleBytes: 1 } });
  await using proxy = await FaultProxy.start({
    targets: [{ port: server.port }],
    script,
    seed: 1,
    log: false,
  });
  for (const face of FACES) expect(await outcome(face, `${proxy.origin}/`)).toBe("all");
});
