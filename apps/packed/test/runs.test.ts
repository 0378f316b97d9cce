import { join } from "node:path";
import { otherNodes, type Version } from "runtimes";
import { describe, expect, inject, test } from "vitest";
import { doors, manifest, published } from "./support/packages.ts";
import { run } from "./support/run.ts";

const nodes: readonly Version[] = [
  { name: `node ${process.versions.node}`, path: process.execPath },
  ...otherNodes,
];

describe.each(nodes)("installed outside the workspace, on $name", ({ path }) => {
  const succeeds = async (script: string, args: readonly string[], says: string): Promise<void> => {
    const { code, output } = await run(path, [script, ...args], inject("project"));
    expect(code, output).toBe(0);
    expect(output).toContain(says);
  };

  test.each(published)("every door of @sse/%s opens by import and by require", async (name) => {
    const its = doors(manifest(join(inject("project"), "node_modules/@sse", name)));
    await succeeds("doors.mjs", its, `${its.at(-1)}: `);
  });

  test("the protocol reads what it writes", () => succeeds("protocol.mjs", [], "protocol: ok"));

  test("a typed event goes from a node:http server to the client", () =>
    succeeds("round-trip.mjs", [], "round trip: ok"));

  test("errors of both ends are instances of the protocol's classes", () =>
    succeeds("errors.mjs", [], "errors: ok"));
});
