import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";

const CLIENT = new URL("../src/index.ts", import.meta.url).href;
const SHARE = new URL("../src/share.ts", import.meta.url).href;
const PROTOCOL = new URL("../../protocol/src/index.ts", import.meta.url).href;

/** Runs a program of its own with the client in it; its exit code and output, and a way to end it. */
function run(program: string) {
  const source = `import { connect, EventSource, request } from ${JSON.stringify(CLIENT)};
    import { defineEvents, json } from ${JSON.stringify(PROTOCOL)};
    const numbers = defineEvents({ n: json() });
    ${program}`;
  const args = ["--conditions=@sse/source", "--input-type=module", "--eval", source];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const waiting: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
      for (const look of waiting) look();
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const printed = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => output.includes(text) && resolve();
      waiting.push(look);
      look();
    });
  return { child, exited, printed, output: () => output };
}

async function serve(status: number, body: string): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "text/event-stream" });
    if (status === 200) response.write(body);
    else response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const EVENT = "event: n\\ndata: 1\\n\\n".replaceAll("\\n", "\n");

test("a process ends by itself once everything is closed, and hears of no unhandled rejection", async () => {
  const { url, close } = await serve(200, EVENT);
  const refusing = await serve(500, "no");
  const program = run(`
    for await (const _ of connect(numbers, "${url}")) break;
    for await (const _ of request(numbers, "${url}")) break;
    const source = new EventSource("${url}");
    await new Promise((resolve) => source.addEventListener("n", resolve));
    source.close();
    request(numbers, "${refusing.url}");
    connect(numbers, "${refusing.url}", { reconnect: false });
    console.log("closed");
  `);
  expect([await program.exited, program.output()]).toEqual([0, "closed\n"]);
  close();
  refusing.close();
}, 20_000);

test("a process lives while a reconnection is pending", async () => {
  const { url, close } = await serve(503, "busy");
  const program = run(`
    const subscription = connect(numbers, "${url}", { reconnect: { reconnectionTimeMs: 1e6 } });
    subscription.onStateChange(({ status }) => status === "waiting" && console.log("waiting"));
    process.once("beforeExit", () => console.log("idle"));
    process.once("SIGTERM", () => { subscription.close(); console.log("closing"); });
  `);
  await program.printed("waiting");
  program.child.kill("SIGTERM");
  await program.printed("closing");
  expect(await program.exited).toBe(0);
  // "beforeExit" came only after the close: the timer had kept the process.
  expect(program.output()).toBe("waiting\nclosing\nidle\n");
  close();
}, 20_000);

test("a process that shares a connection with itself ends once everything is closed", async () => {
  const { url, close } = await serve(200, `${EVENT}id: sse.end\nevent: sse.end\ndata:\n\n`);
  const program = run(`
    const { share } = await import(${JSON.stringify(SHARE)});
    const transport = share({ key: "k" });
    const all = [1, 2, 3].map(() => connect(numbers, "${url}", { transport }));
    for (const one of all) one.on("n", () => {});
    console.log(...(await Promise.all(all.map(({ closed }) => closed))));
  `);
  expect([await program.exited, program.output()]).toEqual([0, "ended ended ended\n"]);
  close();
}, 20_000);
