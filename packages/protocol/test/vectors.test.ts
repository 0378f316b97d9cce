import { describe, expect, it } from "vitest";
import { chunkings } from "./chunkings.ts";
import { type Entry, observe, observeEventsOnly } from "./observation.ts";
import { parseByTheStandard } from "./reference-parser.ts";
import { vectors } from "./vectors/index.ts";
import type { Vector } from "./vectors/vector.ts";

const all = Object.values(vectors).flat();

it("has at least 260 vectors, each with a name of its own", () => {
  expect(all.length).toBeGreaterThanOrEqual(260);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});

for (const [clause, ofClause] of Object.entries(vectors)) {
  describe(clause, () => {
    it.each(ofClause)("$name", (vector) => {
      expectUnderEveryChunking(vector, vector.stream);
      const text = textOf(vector.stream);
      if (text !== undefined) expectUnderEveryChunking(vector, text);
    });

    it.each(ofClause)("the literal algorithm agrees: $name", ({ stream, log, truncated }) => {
      const reference = parseByTheStandard(stream);
      expect(reference.log).toEqual(log);
      expect(reference.truncated).toBe(truncated);
    });
  });
}

function expectUnderEveryChunking({ log, truncated }: Vector, stream: Uint8Array | string): void {
  const events = log.filter((entry) => "event" in entry);
  for (const { name, chunks } of chunkings(stream)) {
    const seen = observe(chunks);
    // `expect` prints best and costs most, so that it is only asked where something is wrong.
    if (!same(seen.log, log) || seen.truncated !== truncated) {
      expect({ name, log: seen.log, truncated: seen.truncated }).toEqual({ name, log, truncated });
    }
    const seenEvents = observeEventsOnly(chunks);
    if (!same(seenEvents, events)) expect({ name, events: seenEvents }).toEqual({ name, events });
  }
}

function same(left: readonly Entry[], right: readonly Entry[]): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** The stream as text, if it is UTF-8: then feeding strings must come to the same. */
function textOf(stream: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(stream);
  } catch {
    return undefined;
  }
}
