import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { root } from "./support/packages.ts";

/** The source files of our packages that are left in a browser's bundle of this code. */
async function bundled(code: string): Promise<readonly string[]> {
  const { metafile } = await build({
    stdin: { contents: code, resolveDir: join(import.meta.dirname, ".."), loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2022",
    conditions: ["@sse/source"],
    absWorkingDir: root,
  });
  const [output] = Object.values(metafile.outputs);
  return Object.entries(output?.inputs ?? {})
    .filter(([path, { bytesInOutput }]) => path.startsWith("packages/") && bytesInOutput > 0)
    .map(([path]) => path);
}

const contract = `
  import { defineEvents, json } from "@sse/protocol";
  export const market = defineEvents({ tick: json<{ price: number }>() });`;

test("the contract itself brings its schema code along, so that the next tests mean something", async () => {
  expect(await bundled(`${contract}\nconsole.log(market)`)).toContain("packages/protocol/src/schema/data.ts");
});

test("type-only use of connect bundles no schema code and no EventSource", async () => {
  const files = await bundled(`
    import { connect } from "@sse/client";
    import type { defineEvents } from "@sse/protocol";
    connect<ReturnType<typeof defineEvents>>("/prices").on("tick", console.log);`);
  expect(files).toContain("packages/client/src/connect.ts");
  expect(
    files.filter((path) => /schema|event-source|request\.ts$/.test(path) && !path.includes("transport")),
  ).toEqual([]);
});

test("request alone bundles no EventSource, no subscription and no schema code", async () => {
  const files = await bundled(`
    import { request } from "@sse/client";
    export const ask = (events: never) => request(events, "/ask", { json: "?" });`);
  expect(files).toContain("packages/client/src/request.ts");
  expect(files.filter((path) => /schema|event-source|subscription|connect\.ts$/.test(path))).toEqual([]);
});

test("EventSource alone bundles no contract, no subscription and no request", async () => {
  const files = await bundled('export { EventSource } from "@sse/client";');
  expect(files).toContain("packages/client/src/event-source.ts");
  expect(files.filter((path) => /schema|subscription|connect\.ts$|src\/request\.ts$/.test(path))).toEqual([]);
});
