import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Snapshot } from "../src/contract.ts";
import { DemoProcess, gone } from "./demo-process.ts";

test("prints one URL and nothing else, and answers there", async () => {
  await using demo = await DemoProcess.start();
  const response = await fetch(await demo.url());
  expect(response.status).toBe(200);
  expect(await response.text()).toContain("<h1>");
  expect(demo.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
  expect(demo.stderr).toBe("");
});

test("says so and exits with 1 when the port is taken", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as AddressInfo;
  await using demo = new DemoProcess("--port", String(port));
  expect(await demo.ended()).toBe(1);
  expect(demo.stderr).toBe(
    `Port ${port} is taken. Stop what uses it, or choose another: npm start -- --port ${port + 1}\n`,
  );
  expect(demo.stdout).toBe("");
  await new Promise((resolve) => other.close(resolve));
});

test.for([
  ["--port", "http"],
  ["--port", "65536"],
  ["--prot", "80"],
])("refuses %s %s with how to call it", async (args) => {
  await using demo = new DemoProcess(...args);
  expect(await demo.ended()).toBe(2);
  expect(demo.stderr).toContain("Usage: npm start -- [--port <number>]");
});

test("ends cleanly on Ctrl-C in the middle of streams, and leaves no process", async () => {
  await using demo = await DemoProcess.start();
  const { server } = await demo.snapshot();
  const live = await fetch(new URL("/live?page=ctrl-c-test", await demo.url()));
  const reader = live.body!.getReader();
  await reader.read();
  demo.interrupt();
  expect(await demo.ended()).toBe(0);
  await gone(server.pid);
  expect(demo.stderr).toBe("");
  await drain(reader);
});

test("ends on SIGTERM, also while the server process is frozen", async () => {
  await using demo = await DemoProcess.start();
  const { server } = await demo.snapshot();
  await demo.control("freeze", { ms: 10_000 });
  demo.process.kill("SIGTERM");
  expect(await demo.ended()).toBe(0);
  await gone(server.pid);
});

test("its server process does not outlive it when it is killed", async () => {
  await using demo = await DemoProcess.start();
  const { server } = await demo.snapshot();
  demo.process.kill("SIGKILL");
  await demo.ended();
  await gone(server.pid);
});

test("ends when what started it is killed, as scripts/run.mjs may be", async () => {
  const main = fileURLToPath(new URL("../src/server/main.ts", import.meta.url));
  const starts = `require("node:child_process").fork(${JSON.stringify(main)}, ["--port", "0"], {
    execArgv: ["--conditions=@sse/source"],
  })`;
  const above = spawn(process.execPath, ["-e", starts], { stdio: ["ignore", "pipe", "inherit"] });
  const [url] = (await once(above.stdout.setEncoding("utf8"), "data")) as [string]; // one line, by the first test
  const { server } = (await (await fetch(new URL("/snapshot", url))).json()) as Snapshot; // by the contract
  above.kill("SIGKILL");
  await gone(server.pid);
});

test("a restart is another process at the same URL, with the access log going on", async () => {
  await using demo = await DemoProcess.start();
  const before = await demo.snapshot();
  await demo.control("restart", {});
  await gone(before.server.pid);
  const after = await eventually(() => demo.snapshot());
  expect(after.server.run).toBe(2);
  expect(after.server.pid).not.toBe(before.server.pid);
  expect(after.samples.at(-1)?.logLines).toBeGreaterThan(before.samples.at(-1)?.logLines ?? 0);
  expect(demo.stdout.split("\n")).toHaveLength(2);
});

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    while (!(await reader.read()).done);
  } catch {
    // a stream that was cut: it is over as well
  }
}

async function eventually<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
