import { describe, expect, test } from "vitest";
import { type BackplaneUnderTest, message, testBackplane } from "../../test/contracts/backplane.ts";
import { testControl } from "../../test/contracts/control.ts";
import type { Backplane, BackplaneListener } from "./backplane.ts";
import { memoryBackplane } from "./memory.ts";

const inMemory = async (): Promise<BackplaneUnderTest> => {
  let backplane: Backplane | undefined;
  return {
    async open(replay) {
      backplane ??= memoryBackplane({ replay });
      return backplane;
    },
    dispose: async () => backplane?.close(),
  };
};
testBackplane("in memory", inMemory);
testControl("in memory", inMemory);

describe("the memory backplane", () => {
  test("begins a new epoch each time", async () => {
    const epochs = await Promise.all(
      Array.from({ length: 50 }, async () => (await memoryBackplane().head()).epoch),
    );
    expect(new Set(epochs).size).toBe(50);
  });

  test("lets go of what is too old when somebody asks, though nothing is published", async () => {
    let now = 0;
    const log = memoryBackplane({ replay: { maxAgeMs: 1000 }, now: () => now });
    const { epoch } = await log.publish(message("1"));
    now = 1000;
    expect(await log.replay({ epoch, offset: 0 }, ["a"], 1000)).toMatchObject({ gap: undefined });
    now = 1001;
    expect(await log.replay({ epoch, offset: 0 }, ["a"], 1000)).toMatchObject({
      gap: "expired",
      from: { offset: 1 },
      frames: [],
      upTo: { offset: 1 },
    });
  });

  test("gives everybody what a listener publishes after what that heard of", async () => {
    await using log = memoryBackplane();
    const seen: number[][] = [[], []];
    const answering: BackplaneListener = {
      onFrames([frame]) {
        seen[0]?.push(frame?.offset ?? 0);
        if (frame?.offset === 1) void log.publish(message("answer"));
      },
      onReset() {},
    };
    await log.subscribe(answering);
    await log.subscribe({ onFrames: ([frame]) => void seen[1]?.push(frame?.offset ?? 0), onReset() {} });
    await log.publish(message("question"));
    expect(seen).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test("can be used with await using", async () => {
    const log = memoryBackplane();
    {
      await using _inner = log;
    }
    await expect(log.head()).rejects.toThrow("closed");
  });
});
