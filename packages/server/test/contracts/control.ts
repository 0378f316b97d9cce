import { defineEvents, text } from "@sse/protocol";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import type { Backplane } from "../../src/backplane/backplane.ts";
import { CONTROL_CHANNEL } from "../../src/backplane/message.ts";
import type { Frame } from "../../src/frame.ts";
import { createHub } from "../../src/hub.ts";
import { BodyReader } from "../support/body.ts";
import { eventually } from "../support/serve.ts";
import { type BackplaneUnderTest, message } from "./backplane.ts";

/** What hubs need of every backplane to speak to one principal, and to each other. */
export function testControl(name: string, setUp: () => Promise<BackplaneUnderTest>): void {
  const open: BackplaneUnderTest[] = [];
  async function log(): Promise<BackplaneUnderTest> {
    const under = await setUp();
    open.push(under);
    return under;
  }
  afterEach(async () => {
    for (const under of open.splice(0)) await under.dispose();
  });
  async function heardBy(backplane: Backplane): Promise<Frame[]> {
    const frames: Frame[] = [];
    await backplane.subscribe({ onFrames: (more) => void frames.push(...more), onReset: () => {} });
    return frames;
  }
  const facts = (frames: readonly Frame[]) => frames.map(({ channel, principal }) => [channel, principal]);

  describe(`the backplane ${name}`, () => {
    test("carries whom an event is for, live to every process and in a replay", async () => {
      const under = await log();
      const [here, there] = [await under.open(), await under.open()];
      const heard = await Promise.all([heardBy(here), heardBy(there)]);
      const start = await here.head();
      const names = ["ann", 'a "b"\\', "日本\n\0", "", "__proto__"];
      await here.publish(message("0"));
      for (const principal of names) await here.publish(message("1", "a", { principal }));
      const expected = [undefined, ...names].map((principal) => ["a", principal]);
      for (const frames of heard) {
        await eventually(() => frames.length >= expected.length);
        expect(facts(frames)).toEqual(expected);
      }
      for (const backplane of [here, there, await under.open()]) {
        const page = await backplane.replay(start, ["a"], 1_000_000);
        expect(page.gap).toBeUndefined();
        expect(facts(page.frames)).toEqual(expected);
      }
    });

    test("carries what hubs say to each other as events of a channel of their own", async () => {
      const under = await log();
      const [here, there] = [await under.open(), await under.open()];
      const heard = await heardBy(there);
      const start = await here.head();
      await here.publish(message("before"));
      await here.publish(message('{"revoke":"ann"}', CONTROL_CHANNEL));
      await here.publish(message("after"));
      await eventually(() => heard.length >= 3);
      expect(facts(heard)).toEqual([
        ["a", undefined],
        [CONTROL_CHANNEL, undefined],
        ["a", undefined],
      ]);
      const page = await there.replay(start, ["a"], 1_000_000);
      expect([page.gap, facts(page.frames).length]).toEqual([undefined, 2]);
    });

    test("lets hubs of several processes revoke, speak to one principal, and know who is where", async () => {
      const under = await log();
      const events = defineEvents({ note: text() });
      const options = { presence: { debounceMs: 10 }, heartbeatMs: false } as const;
      const here = createHub(events, { backplane: await under.open(), ...options });
      const there = createHub(events, { backplane: await under.open(), ...options });
      onTestFinished(async () => void (await Promise.all([here.close(), there.close()])));
      const connect = async (hub: typeof here, principal: string) =>
        new BodyReader(await hub.respond(new Request("http://localhost/"), { principal }));
      const [ann, bob] = [await connect(there, "ann"), await connect(there, "bob")];
      here.presence();
      await eventually(() => here.presence().principals.join() === "ann,bob");
      expect(here.presence().connections).toBe(2);
      await here.publish("note", "to ann", { principal: "ann" });
      await here.publish("note", "to all");
      await Promise.all([ann.until("to all"), bob.until("to all")]);
      await here.revoke("ann");
      await ann.all();
      await eventually(() => here.presence().principals.join() === "bob");
      await here.publish("note", "the end");
      await bob.until("the end");
      const seen = (body: BodyReader) => body.events.map(({ type, data }) => `${type} ${data}`).slice(1);
      expect(seen(ann)).toEqual(["note to ann", "note to all", "sse.reauth "]);
      expect(seen(bob)).toEqual(["note to all", "note the end"]);
    });
  });
}
