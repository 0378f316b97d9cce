import { defineEvents, text } from "@sse/protocol";
import { expect, test } from "vitest";
import { type Backplane, createChannelHub, type Frame, memoryBackplane } from "../../src/index.ts";
import { BodyReader } from "../support/body.ts";

/** The log in memory, for a process that can be made to miss what is published. */
class HalfDeafLog {
  readonly log: Backplane;
  readonly #missed: Frame[] = [];
  isDeaf = false;
  hearAgain: () => void = () => {};

  constructor() {
    const log = memoryBackplane({ replay: { maxEvents: 5 } });
    this.log = {
      publish: (...args) => log.publish(...args),
      replay: (...args) => log.replay(...args),
      head: () => log.head(),
      close: () => log.close(),
      [Symbol.asyncDispose]: () => log.close(),
      subscribe: (listener) => {
        this.hearAgain = () => {
          this.isDeaf = false;
          const last = this.#missed.at(-1);
          if (last !== undefined) listener.onReset({ epoch: last.epoch, offset: last.offset });
        };
        return log.subscribe({
          onFrames: (frames) => void (this.isDeaf ? this.#missed.push(...frames) : listener.onFrames(frames)),
          onReset: (position) => listener.onReset(position),
        });
      },
    };
  }
}

test("a process that missed events asks the log: only connections that lack something are told of a gap", async () => {
  const half = new HalfDeafLog();
  const reasons: string[] = [];
  await using hub = createChannelHub(defineEvents({ log: text() }), {
    backplane: half.log,
    hooks: { gap: ({ channels }, reason) => reasons.push(`${channels[0]} ${reason}`) },
  });
  const bodies = await Promise.all(
    ["busy", "quiet"].map(async (channel) => {
      const response = await hub.respond(new Request("http://localhost/"), { channels: [channel] });
      return new BodyReader(response);
    }),
  );
  const [busy, quiet] = bodies as [BodyReader, BodyReader];
  await Promise.all(bodies.map((body) => body.until("sse.mark")));
  half.isDeaf = true;
  for (let n = 0; n < 12; n++) await hub.publish("log", `busy ${n}`, { channel: "busy" });
  await hub.publish("log", "quiet 0", { channel: "quiet" });
  half.hearAgain();
  await hub.publish("log", "busy 12", { channel: "busy" });
  await Promise.all([busy.until("data: busy 12\n"), quiet.until("data: quiet 0\n")]);
  expect(reasons).toEqual(["busy expired"]);
  expect(quiet.text).not.toContain("sse.gap");
  const logged = busy.events.filter(({ type }) => type === "log").map(({ data }) => data);
  expect(logged).toEqual(["busy 9", "busy 10", "busy 11", "busy 12"].slice(-logged.length));
  expect(logged.length).toBeGreaterThanOrEqual(3);
});
