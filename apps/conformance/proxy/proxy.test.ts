import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type ConnectionPlan, FaultProxy, type FaultProxyOptions, type SeededRandom } from "./proxy.ts";

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** Greets each connection with its text, then echoes. */
async function target(greeting: string): Promise<Server & { readonly port: number }> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.write(greeting);
    socket.pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(server);
  return Object.assign(server, { port: (server.address() as AddressInfo).port });
}

async function proxied(
  options: Omit<FaultProxyOptions, "targets">,
  greeting = "0123456789",
): Promise<FaultProxy> {
  const { port } = await target(greeting);
  const proxy = await FaultProxy.start({ targets: [{ port }], log: false, ...options });
  open.push(proxy);
  return proxy;
}

function dial(proxy: FaultProxy): { socket: Socket; text: () => string; ended: Promise<string> } {
  const socket = connect(proxy.port, "127.0.0.1");
  open.push({ close: () => socket.destroy() });
  let text = "";
  socket.on("data", (chunk) => (text += chunk));
  const ended = new Promise<string>((resolve) => {
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    socket.once("end", () => resolve("fin"));
  });
  return { socket, text: () => text, ended };
}

const one = (plan: ConnectionPlan) => ({ script: () => plan });

test("passes both directions untouched and counts the bytes", async () => {
  const proxy = await proxied({});
  const { socket, text } = dial(proxy);
  socket.write("abc");
  await expect.poll(text).toBe("0123456789abc");
  await expect.poll(() => proxy.counters.bytes).toEqual({ toServer: 3, toClient: 13 });
  expect(proxy.counters).toMatchObject({ accepted: 1, open: 1, cuts: 0 });
});

test("cuts after exactly n bytes of an answer, for every n, with FIN", async () => {
  const proxy = await proxied({ script: (index) => ({ toClient: { cutAfterBytes: index } }) });
  for (let n = 0; n <= 10; n++) {
    const { text, ended } = dial(proxy);
    expect(await ended).toBe("fin");
    expect(text()).toBe("0123456789".slice(0, n));
  }
  expect(proxy.counters.cuts).toBe(11);
});

test("a cut with RST is a reset to the client", async () => {
  const proxy = await proxied(one({ toClient: { cutAfterBytes: 4, ending: "rst" } }));
  expect(await dial(proxy).ended).toBe("ECONNRESET");
});

test("cuts after n bytes of a request", async () => {
  const proxy = await proxied(one({ toServer: { cutAfterBytes: 2 } }), "");
  const { socket, ended } = dial(proxy);
  socket.write("abcd");
  expect(await ended).toBe("fin");
  expect(proxy.counters.bytes.toServer).toBe(2);
});

test("half-open silence: the first bytes come, the rest never does, the connection stays", async () => {
  const proxy = await proxied(one({ toClient: { silentAfterBytes: 3 } }));
  const { socket, text } = dial(proxy);
  await expect.poll(text).toBe("012");
  socket.write("more");
  await expect.poll(() => proxy.counters.bytes.toServer).toBe(4);
  expect(text()).toBe("012");
  expect(proxy.counters.open).toBe(1);
});

test("what was held back by pauseAll passes in order after resumeAll", async () => {
  const proxy = await proxied({});
  const { socket, text } = dial(proxy);
  await expect.poll(text).toBe("0123456789");
  proxy.pauseAll("toClient");
  socket.write("a");
  await expect.poll(() => proxy.counters.bytes.toServer).toBe(1);
  socket.write("b");
  await expect.poll(() => proxy.counters.bytes.toServer).toBe(2);
  expect(text()).toBe("0123456789");
  proxy.resumeAll("toClient");
  await expect.poll(text).toBe("0123456789ab");
});

test("dribbles, delays and limits without losing a byte", async () => {
  const plan = { dribbleBytes: 1, delayMs: 1, bytesPerSecond: 1000 };
  const proxy = await proxied(one({ toClient: plan }));
  const before = performance.now();
  const { text } = dial(proxy);
  await expect.poll(text).toBe("0123456789");
  expect(performance.now() - before).toBeGreaterThanOrEqual(15);
});

test("refuses, and blackholes without calling the target", async () => {
  const proxy = await proxied({ script: (index) => ({ accept: index === 0 ? "refuse" : "blackhole" }) });
  expect(await dial(proxy).ended).toBe("ECONNRESET");
  const { socket, text } = dial(proxy);
  socket.write("anyone?");
  await expect.poll(() => proxy.counters).toMatchObject({ refused: 1, blackholed: 1, open: 1 });
  expect(text()).toBe("");
  expect(proxy.counters.bytes.toServer).toBe(0);
});

test("new connections go to the next target after switchTarget", async () => {
  const [first, second] = [await target("first"), await target("second")];
  const proxy = await FaultProxy.start({
    targets: [{ port: first.port }, { port: second.port }],
    log: false,
  });
  open.push(proxy);
  for (const expected of ["first", "second", "first"]) {
    await expect.poll(dial(proxy).text).toBe(expected);
    proxy.switchTarget();
  }
});

test("cutAll ends what is open and accepts what comes", async () => {
  const proxy = await proxied({});
  const before = dial(proxy);
  await expect.poll(before.text).toBe("0123456789");
  proxy.cutAll("rst");
  expect(await before.ended).toBe("ECONNRESET");
  await expect.poll(dial(proxy).text).toBe("0123456789");
});

test("the same seed gives the same faults, another one others, and the seed is printed", async () => {
  const script = (_: number, random: SeededRandom) => ({ toClient: { cutAfterBytes: random.between(1, 9) } });
  const run = async (seed: number): Promise<string[]> => {
    const lines: string[] = [];
    const proxy = await proxied({ script, seed, log: (line) => lines.push(line) });
    expect(lines).toEqual([`fault proxy: seed ${seed}`]);
    const texts: string[] = [];
    for (let i = 0; i < 12; i++) {
      const { text, ended } = dial(proxy);
      await ended;
      texts.push(text());
    }
    return texts;
  };
  const first = await run(7);
  expect(await run(7)).toEqual(first);
  expect(await run(8)).not.toEqual(first);
});
