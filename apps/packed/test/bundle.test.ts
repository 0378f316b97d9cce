import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { expect, test } from "vitest";
import { root } from "./support/packages.ts";

/** Bundles this code for a browser, with our packages from their sources or as they are built. */
async function bundle(code: string, from: "sources" | "build"): Promise<Metafile["outputs"][string]> {
  const { metafile } = await build({
    stdin: { contents: code, resolveDir: join(import.meta.dirname, ".."), loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2022",
    conditions: from === "sources" ? ["@sse/source"] : [],
    absWorkingDir: root,
    logLevel: "silent",
  });
  const [output] = Object.values(metafile.outputs);
  if (output === undefined) throw new Error("esbuild wrote nothing.");
  return output;
}

/** The source files of our packages that are left in the bundle of this code. */
async function bundled(code: string): Promise<readonly string[]> {
  const { inputs } = await bundle(code, "sources");
  return Object.entries(inputs)
    .filter(([path, { bytesInOutput }]) => path.startsWith("packages/") && bytesInOutput > 0)
    .map(([path]) => path);
}

const contract = `
  import { defineEvents, json } from "@sse/protocol";
  export const market = defineEvents({ tick: json<{ price: number }>() });`;

test("the contract itself brings its schema code along, so that the next tests mean something", async () => {
  expect(await bundled(`${contract}\nconsole.log(market)`)).toContain("packages/protocol/src/schema/data.ts");
});

test("type-only use of connect bundles no schema code, no EventSource and no request", async () => {
  const files = await bundled(`
    import { connect } from "@sse/client";
    import type { defineEvents } from "@sse/protocol";
    connect<ReturnType<typeof defineEvents>>("/prices").on("tick", console.log);`);
  expect(files).toContain("packages/client/src/connect.ts");
  expect(files.filter(isOneOf("schema", "event-source", "request"))).toEqual([]);
});

test("request alone bundles no EventSource, no subscription and no schema code", async () => {
  const files = await bundled(`
    import { request } from "@sse/client";
    export const ask = (events: never) => request(events, "/ask", { json: "?" });`);
  expect(files).toContain("packages/client/src/request.ts");
  expect(files.filter(isOneOf("schema", "event-source", "subscription", "connect"))).toEqual([]);
});

test("EventSource alone bundles no schema code, no subscription and no request", async () => {
  const files = await bundled('export { EventSource } from "@sse/client";');
  expect(files).toContain("packages/client/src/event-source.ts");
  expect(files.filter(isOneOf("schema", "subscription", "connect", "request"))).toEqual([]);
});

test.each([
  ["EventStreamParser", "@sse/protocol"],
  ["serializeEvent", "@sse/protocol"],
  ["readEvents", "@sse/protocol"],
  ["EventSource", "@sse/client"],
  ["connect", "@sse/client"],
  ["request", "@sse/client"],
  ["eventStream", "@sse/server"],
  ["createHub", "@sse/server"],
])("the build of %s lets a bundler drop what its sources let it drop", async (name, door) => {
  const code = `export { ${name} } from "${door}";`;
  const [sources, built] = await Promise.all([bundle(code, "sources"), bundle(code, "build")]);
  expect(built.bytes).toBeLessThan(sources.bytes * 1.02 + 150);
});

/** Matches these files and folders right below a package's `src`. */
function isOneOf(...names: readonly string[]): (path: string) => boolean {
  return (path) => names.includes(path.split("/")[3]?.replace(/\.ts$/, "") ?? "");
}
