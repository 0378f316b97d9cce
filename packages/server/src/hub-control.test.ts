import { BackplaneError, defineEvents, InvalidOptionError, text } from "@sse/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BodyReader } from "../test/support/body.ts";
import { eventually } from "../test/support/serve.ts";
import type { Backplane } from "./backplane/backplane.ts";
import { memoryBackplane } from "./backplane/memory.ts";
import { CONTROL_CHANNEL } from "./backplane/message.ts";
import { createChannelHub, createHub } from "./hub.ts";
import type { HubOptions } from "./hub-options.ts";

const notes = defineEvents({ note: text() });
const request = (lastEventId = ""): Request =>
  new Request("http://localhost/", lastEventId === "" ? {} : { headers: { "last-event-id": lastEventId } });

const open: AsyncDisposable[] = [];
function rooms(options: HubOptions = {}) {
  const hub = createChannelHub(notes, { heartbeatMs: false, ...options });
  open.unshift(hub);
  return hub;
}
/** As many processes on one log. */
function processes(count: number, options: HubOptions = {}) {
  const backplane = memoryBackplane();
  open.push(backplane);
  return Array.from({ length: count }, () => rooms({ backplane, ...options }));
}
type Rooms = ReturnType<typeof rooms>;
async function connect(hub: Rooms, principal: string | undefined, channel = "a", lastEventId = "") {
  return new BodyReader(await hub.respond(request(lastEventId), { channels: [channel], principal }));
}
const notesOf = (body: BodyReader) =>
  body.events.filter(({ type }) => type === "note").map(({ data }) => data);

afterEach(async () => {
  vi.useRealTimers();
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
});

describe("an event for one principal", () => {
  test("reaches that principal's connections alone, in every process", async () => {
    const [here, there] = processes(2) as [Rooms, Rooms];
    const ann = [await connect(here, "ann"), await connect(there, "ann")];
    const others = [await connect(here, "bob"), await connect(there, undefined), await connect(there, "")];
    await here.publish("note", "to ann", { channel: "a", principal: "ann" });
    await there.publish("note", "to all", { channel: "a" });
    for (const body of [...ann, ...others]) await body.until("to all");
    for (const body of ann) expect(notesOf(body)).toEqual(["to ann", "to all"]);
    for (const body of others) expect(notesOf(body)).toEqual(["to all"]);
  });

  test("is replayed to that principal alone", async () => {
    const [here, there] = processes(2) as [Rooms, Rooms];
    const start = await here.publish("note", "start", { channel: "a" });
    await here.publish("note", "to ann", { channel: "a", principal: "ann" });
    await here.publish("note", "to bob", { channel: "a", principal: "bob" });
    await here.publish("note", "to all", { channel: "a" });
    for (const [principal, expected] of [
      ["ann", ["to ann", "to all"]],
      ["bob", ["to bob", "to all"]],
      [undefined, ["to all"]],
    ] as const) {
      const body = await connect(there, principal, "a", start);
      await body.until("to all");
      expect(notesOf(body)).toEqual(expected);
      expect(body.text).not.toContain("sse.gap");
    }
  });

  test("that is another's moves a quiet connection along, without showing it", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
    const hub = rooms({ heartbeatMs: 1000 });
    const body = await connect(hub, "bob");
    await body.next();
    await hub.publish("note", "to ann", { channel: "a", principal: "ann" });
    await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(1000);
    expect(await body.next()).toMatch(/^id: \w+\.1\nevent: sse\.mark\ndata: \n\n$/);
  });

  test("that ends a stream ends theirs alone", async () => {
    const finite = createHub(defineEvents({ note: text(), done: text() }, { end: ["done"] }));
    open.unshift(finite);
    const ann = new BodyReader(await finite.respond(request(), { principal: "ann" }));
    const bob = new BodyReader(await finite.respond(request(), { principal: "bob" }));
    void finite.publish("done", "yours", { principal: "ann" });
    await finite.publish("note", "on", {});
    expect(await ann.all()).toContain("sse.end");
    await bob.until("on");
    expect(bob.text).not.toMatch(/sse\.end|yours/);
  });

  test("needs a principal: nobody in particular is not everybody", async () => {
    const hub = rooms();
    for (const principal of [null, 1, {}] as never[]) {
      await expect(hub.publish("note", "x", { channel: "a", principal })).rejects.toThrow(InvalidOptionError);
    }
  });

  test("with a key replaces no event that is for everybody", async () => {
    const hub = rooms({ slowConsumer: "latest" });
    const body = await connect(hub, "ann");
    await body.next();
    const large = "x".repeat(50_000);
    for (let n = 0; n < 3; n++) {
      await hub.publish("note", `all ${n} ${large}`, { channel: "a", key: "k" });
      await hub.publish("note", `ann ${n} ${large}`, { channel: "a", key: "k", principal: "ann" });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await body.until("ann 2 ");
    expect(notesOf(body).map((data) => data.slice(0, 5))).toContain("all 2");
  });
});

describe("revoke", () => {
  test("ends a principal's connections in every process, with sse.reauth, and nobody else's", async () => {
    const closed = vi.fn();
    const [here, there] = processes(2, { hooks: { closed } }) as [Rooms, Rooms];
    const ann = [await connect(here, "ann"), await connect(there, "ann")];
    const bob = await connect(there, "bob");
    await here.revoke("ann");
    for (const body of ann) expect(await body.all()).toMatch(/event: sse\.reauth\ndata: \n\n$/);
    expect(closed.mock.calls.map(([, reason]) => reason)).toEqual(["revoked", "revoked"]);
    await there.publish("note", "on", { channel: "a" });
    await bob.until("on");
    expect(bob.text).not.toContain("sse.reauth");
    expect([...ann, bob].map(({ text }) => text).join("")).not.toContain("revoke");
  });

  test("ends them whatever is in the name", async () => {
    const [here, there] = processes(2) as [Rooms, Rooms];
    for (const name of ["ann\u2028", "\u2029", "a\r\nb", "", "\ud800", "\u0000"]) {
      const body = await connect(there, name);
      await here.revoke(name);
      await here.publish("note", "after", { channel: "a" });
      await eventually(() => there.stats().connections === 0);
      expect(await body.all()).toContain("sse.reauth");
    }
  });

  test("ends what was being let in when it was called: its grant is from before", async () => {
    const { promise: judged, resolve: judge } = Promise.withResolvers<void>();
    const hub = rooms({
      async authorize(asked) {
        await judged;
        return { principal: asked.headers.get("x-user") ?? "" };
      },
    });
    const [ann, bob] = ["ann", "bob"].map((user) =>
      hub.respond(new Request("http://localhost/", { headers: { "x-user": user } }), { channels: ["a"] }),
    ) as [Promise<Response>, Promise<Response>];
    await hub.revoke("ann");
    judge();
    const others = new BodyReader(await bob);
    const body = new BodyReader(await ann);
    await hub.publish("note", "secret", { channel: "a" });
    await others.until("secret");
    expect(await body.all()).toContain("sse.reauth");
    expect(body.text).not.toContain("secret");
    expect(hub.stats().connections).toBe(1);
  });

  test("does not end what its own process lets in afterwards", async () => {
    const [here] = processes(1) as [Rooms];
    const before = await connect(here, "ann");
    const revoked = here.revoke("ann");
    await before.all();
    const after = await connect(here, "ann");
    await revoked;
    await here.publish("note", "welcome back", { channel: "a" });
    await after.until("welcome back");
  });

  test("that cannot be told the others rejects, and goes to onError where nobody waits", async () => {
    const onError = vi.fn();
    const backplane = memoryBackplane();
    const hub = rooms({ backplane, onError });
    const body = await connect(hub, "ann");
    await backplane.close();
    await expect(hub.revoke("ann")).rejects.toThrow(BackplaneError);
    await body.all(); // here it is revoked all the same
    void hub.revoke("ann");
    await eventually(() => onError.mock.calls.length > 0);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(BackplaneError));
  });

  test("writes nothing into a log that nobody else reads", async () => {
    const hub = rooms();
    await hub.revoke("ann");
    expect(await hub.publish("note", "first", { channel: "a" })).toMatch(/\.1$/);
  });

  test("in words that are none of ours ends nothing", async () => {
    const [hub] = processes(1) as [Rooms];
    const log = memoryBackplane();
    open.push(log);
    const other = rooms({ backplane: log });
    const body = await connect(other, "ann");
    for (const data of [
      "",
      "null",
      "[]",
      "{",
      '{"revoke":"ann"}',
      '{"from":1,"revoke":"ann"}',
      '{"from":"x","revoke":1}',
    ]) {
      await log.publish({
        channel: CONTROL_CHANNEL,
        payload: `data: ${data}\n\n`,
        key: undefined,
        end: false,
      });
    }
    await other.publish("note", "still here", { channel: "a" });
    await body.until("still here");
    expect(body.text).not.toContain("reauth");
    expect(hub.stats().connections).toBe(0);
  });
});

describe("the channel on which hubs speak", () => {
  test("can be neither read nor written", async () => {
    const [hub] = processes(1) as [Rooms];
    const refused = await hub.respond(request(), { channels: ["a", CONTROL_CHANNEL] });
    expect(refused.status).toBe(403);
    await expect(hub.publish("note", "x", { channel: CONTROL_CHANNEL })).rejects.toThrow(InvalidOptionError);
  });
});

/** The same log by another object: its methods have private fields, which only it has. */
function bound(log: Backplane): Backplane {
  return {
    publish: (message, how) => log.publish(message, how),
    subscribe: (listener) => log.subscribe(listener),
    replay: (after, channels, maxBytes) => log.replay(after, channels, maxBytes),
    head: () => log.head(),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

describe("presence", () => {
  const options: HubOptions = { presence: { debounceMs: 100, ttlMs: 3000 } };
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout", "performance"],
    });
  });
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  const countOf = (hub: Rooms, channel = "a") => {
    const { connections, principals } = hub.presence(channel);
    return [connections, principals];
  };

  test("is refused by a hub that was made without it", () => {
    expect(() => rooms().presence("a")).toThrow(InvalidOptionError);
    expect(() => rooms({ presence: { ttlMs: 0 } })).toThrow(InvalidOptionError);
  });

  test("counts the connections and principals of all processes, by channel", async () => {
    const [here, there] = processes(2, options) as [Rooms, Rooms];
    await connect(here, "ann");
    await connect(here, "ann");
    await connect(there, "bob");
    await connect(there, undefined);
    const elsewhere = await connect(there, "eve", "b");
    await pass(300);
    for (const hub of [here, there]) {
      expect(countOf(hub)).toEqual([4, ["ann", "bob"]]);
      expect(countOf(hub, "b")).toEqual([1, ["eve"]]);
      expect(countOf(hub, "__proto__")).toEqual([0, []]);
    }
    await elsewhere.cancel();
    await pass(300);
    expect(countOf(here, "b")).toEqual([0, []]);
  });

  test("is known to a process that comes later", async () => {
    const [here, late] = processes(2, options) as [Rooms, Rooms];
    await connect(here, "ann");
    await pass(1000);
    late.presence("a");
    await pass(500);
    expect(countOf(late)).toEqual([1, ["ann"]]);
  });

  test("tells who joined and who left, once, after what changed has settled", async () => {
    const [here, there] = processes(2, options) as [Rooms, Rooms];
    const told = vi.fn();
    const stop = here.presence("a").onChange(told);
    await pass(300);
    expect(told).not.toHaveBeenCalled();
    const ann = await connect(there, "ann");
    await connect(there, "bob");
    await pass(300);
    expect(told).toHaveBeenCalledExactlyOnceWith({ connections: 2, joined: ["ann", "bob"], left: [] });
    await ann.cancel();
    await pass(300);
    expect(told).toHaveBeenLastCalledWith({ connections: 1, joined: [], left: ["ann"] });
    stop();
    await connect(there, "eve");
    await pass(300);
    expect(told).toHaveBeenCalledTimes(2);
  });

  test("says nothing of who comes back at once", async () => {
    const [here] = processes(1, options) as [Rooms];
    const body = await connect(here, "ann");
    const told = vi.fn();
    here.presence("a").onChange(told);
    await pass(300);
    await body.cancel();
    await connect(here, "ann");
    await pass(300);
    expect(told).not.toHaveBeenCalled();
  });

  test("ends with the signal of a listener, and what a listener throws is reported", async () => {
    const onError = vi.fn();
    const [here] = processes(1, { ...options, onError }) as [Rooms];
    const abort = new AbortController();
    const told = vi.fn(() => {
      throw new Error("listener");
    });
    here.presence("a").onChange(told, { signal: abort.signal });
    await connect(here, "ann");
    await pass(300);
    expect(onError).toHaveBeenCalledOnce();
    abort.abort();
    await connect(here, "bob");
    await pass(300);
    expect(told).toHaveBeenCalledOnce();
  });

  test("forgets a process that closes at once, and one that falls silent after ttlMs", async () => {
    const shared = memoryBackplane();
    open.push(shared);
    const here = rooms({ backplane: shared, ...options });
    const closing = rooms({ backplane: shared, ...options });
    let isSilent = false;
    const unheard: Pick<Backplane, "publish"> = {
      publish: async (message) => (isSilent ? { epoch: "e", offset: 1 } : shared.publish(message)),
    };
    const dying = rooms({ backplane: { ...bound(shared), ...unheard }, ...options });
    await connect(here, "ann");
    await connect(closing, "bob");
    await connect(dying, "eve");
    await pass(500);
    expect(countOf(here)).toEqual([3, ["ann", "bob", "eve"]]);
    await closing.close();
    await pass(200);
    expect(countOf(here)).toEqual([2, ["ann", "eve"]]);
    isSilent = true;
    await pass(2000);
    expect(countOf(here)).toEqual([2, ["ann", "eve"]]);
    await pass(3000);
    expect(countOf(here)).toEqual([1, ["ann"]]);
    // It was only asleep: what it has is known again.
    isSilent = false;
    await pass(3000);
    expect(countOf(here)).toEqual([2, ["ann", "eve"]]);
  });
});
