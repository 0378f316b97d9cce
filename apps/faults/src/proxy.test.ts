import { once } from "node:events";
import { type AddressInfo, createServer, connect as dial, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chance, type FaultPlan, FaultProxy } from "./proxy.ts";

const server = createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", () => socket.write("0123456789"));
});
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => server.close());

async function visit(plan: FaultPlan, stop?: (proxy: FaultProxy, client: Socket) => void) {
  const proxy = await FaultProxy.open((server.address() as AddressInfo).port, plan);
  const client = dial(proxy.port, "127.0.0.1");
  let got = "";
  let chunks = 0;
  let error = "";
  client.setNoDelay();
  client.on("error", (cause: NodeJS.ErrnoException) => {
    error = cause.code ?? "";
  });
  client.on("data", (bytes) => {
    got += bytes;
    chunks++;
    stop?.(proxy, client);
  });
  client.write("hello");
  await new Promise((resolve) => client.once("close", resolve)); // `once` of node:events rejects for errors
  await proxy.close();
  return { got, error, chunks, counters: proxy.counters };
}

test("a FIN comes after exactly so many bytes", async () => {
  expect(await visit(() => ({ cutAfter: 4, how: "fin" }))).toMatchObject({ got: "0123", error: "" });
});

test("a reset comes after exactly so many bytes", async () => {
  expect(await visit(() => ({ cutAfter: 4, how: "rst" }))).toMatchObject({
    got: "0123",
    error: "ECONNRESET",
    counters: { connections: 1, cuts: 1, bytesToClient: 4 },
  });
});

test("a refused connection brings nothing", async () => {
  expect(await visit(() => ({ refuse: true }))).toMatchObject({ got: "", error: "ECONNRESET" });
});

test("a silent connection passes its bytes and stays open", async () => {
  const heard: number[] = [];
  const { got } = await visit(
    () => ({ silentAfter: 6 }),
    (proxy, client) => {
      heard.push(proxy.open);
      client.end(); // the far side says nothing, not even goodbye
      client.destroy();
    },
  );
  expect([got, heard]).toEqual(["012345", [1]]);
});

test("a live cut ends the connections there are", async () => {
  expect(
    await visit(
      () => ({}),
      (proxy) => proxy.cut("rst"),
    ),
  ).toMatchObject({ got: "0123456789", error: "ECONNRESET" });
});

test("a dribble loses nothing", async () => {
  expect(await visit(() => ({ dribble: true, cutAfter: 10, how: "fin" }))).toMatchObject({
    got: "0123456789",
  });
});

test("a plan by chance is the same for the same seed, in whatever order it is asked", () => {
  const plan = (seed: number, order: readonly number[]) => {
    const faults = chance(seed, 500);
    for (const nth of order) faults(nth);
    return JSON.stringify([0, 1, 2, 3, 4].map(faults));
  };
  expect(plan(7, [4, 0])).toBe(plan(7, []));
  expect(plan(7, [])).not.toBe(plan(8, []));
});
