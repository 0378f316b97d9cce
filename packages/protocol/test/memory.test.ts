import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const LIMIT = 16_777_216;
const script = fileURLToPath(new URL("memory-process.ts", import.meta.url));

describe("a pending line at the limit of 16 MiB", () => {
  it.each([
    [7, "x"],
    [1_400, "x"],
    [65_536, "x"],
    [7, "é"],
    [1_400, "日"],
  ])(
    "in chunks of %i bytes of %s stays under twice the limit in memory",
    { timeout: 60_000 },
    async (chunkBytes, letter) => {
      const { fed, highest, truncated } = await measure(chunkBytes, letter);
      expect(fed).toBeGreaterThan(LIMIT - chunkBytes - 8);
      expect(truncated).toBe(true);
      // What is measured is there at all, so that the test cannot pass by measuring nothing.
      expect(highest).toBeGreaterThan(LIMIT / 4);
      expect(highest).toBeLessThan(2 * LIMIT);
    },
  );
});

interface Measured {
  readonly fed: number;
  readonly highest: number;
  readonly truncated: boolean;
}

async function measure(chunkBytes: number, letter: string): Promise<Measured> {
  const node = ["--expose-gc", "--conditions=@sse/source", script, String(chunkBytes), letter];
  const { stdout } = await promisify(execFile)(process.execPath, node);
  return JSON.parse(stdout) as Measured; // written by memory-process.ts
}
