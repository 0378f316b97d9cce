import { expect, test } from "vitest";
import type { PackagePlan } from "./plan.ts";
import { violations } from "./rules.ts";

const plan: PackagePlan = {
  imports: ["@sse/protocol", "@standard-schema/spec"],
  node: ["node"],
  floors: [
    ["errors", "frame"],
    ["hub", "sink/stream"],
    ["index", "node"],
  ],
};

const sound: Readonly<Record<string, string>> = {
  "src/errors.ts":
    'import { SseError } from "@sse/protocol";\nimport type { S } from "@standard-schema/spec";',
  "src/frame.ts": "export const frame = 1;",
  "src/hub.ts": 'import { frame } from "./frame.ts";\nimport type { E } from "./errors.ts";',
  "src/sink/stream.ts": 'export { frame } from "../frame.ts";',
  "src/index.ts": 'export { hub } from "./hub.ts";',
  "src/node.ts": 'import { createServer } from "node:http";\nimport { hub } from "./hub.ts";',
};

/** What is wrong when these files stand in place of, or beside, the sound ones. */
function wrong(files: Readonly<Record<string, string>>, its = plan): readonly string[] {
  return violations("server", its, new Map(Object.entries({ ...sound, ...files })));
}

test("a package whose imports all go down has no violation", () => {
  expect(wrong({})).toEqual([]);
});

test.each([
  ["a value import", 'import { hub } from "./hub.ts";'],
  ["a type import", 'import type { Hub } from "./hub.ts";'],
  ["an inline type import", 'import { type Hub } from "./hub.ts";'],
  ["an import for its effect", 'import "./hub.ts";'],
  ["a re-export", 'export { hub } from "./hub.ts";'],
  ["a re-export of a type", 'export type { Hub } from "./hub.ts";'],
  ["a re-export of everything", 'export * from "./hub.ts";'],
  ["a re-export of everything under a name", 'export * as hub from "./hub.ts";'],
  ["a dynamic import", 'const hub = await import("./hub.ts");'],
  ["a type by import()", 'let hub: import("./hub.ts").Hub;'],
  ["a typeof import()", 'type Module = typeof import("./hub.ts");'],
  ["an import deep in a function", 'function f() { if (1) return () => import("./hub.ts"); }'],
  ["an import over several lines", 'import {\n  hub,\n} from\n  "./hub.ts";'],
])("%s that goes up fails", (_kind, text) => {
  expect(wrong({ "src/frame.ts": text })).toEqual([
    "packages/server/src/frame.ts:1: imports upwards: floor 0 → ./hub.ts on floor 1",
  ]);
});

test.each([
  ["value", 'import { frame } from "./frame.ts";'],
  ["type", 'import type { Frame } from "./frame.ts";'],
])("a %s import sideways, on the same floor, fails", (_kind, text) => {
  expect(wrong({ "src/errors.ts": text })).toEqual([
    "packages/server/src/errors.ts:1: imports sideways: floor 0 → ./frame.ts on floor 0",
  ]);
});

test("a file that imports itself fails", () => {
  expect(wrong({ "src/hub.ts": '\nimport "./hub.ts";' })).toEqual([
    "packages/server/src/hub.ts:2: imports sideways: floor 1 → ./hub.ts on floor 1",
  ]);
});

test("text that only looks like an import is none", () => {
  const text = '// import { hub } from "./hub.ts";\nexport const frame = `import "./hub.ts"`;';
  expect(wrong({ "src/frame.ts": text })).toEqual([]);
});

test.each([
  ["value", 'import { connect } from "@sse/client";'],
  ["type", 'import type { Subscription } from "@sse/client";'],
  ["door", 'import { share } from "@sse/client/share";'],
  ["reference", '/// <reference types="@sse/client" />'],
])("an import of a package that the plan does not name fails (%s)", (_kind, text) => {
  expect(wrong({ "src/frame.ts": text })).toEqual([
    "packages/server/src/frame.ts:1: may not import @sse/client",
  ]);
});

test("tests stand on no floor, but keep to the arrows between packages", () => {
  expect(
    wrong({
      "src/hub.test.ts": 'import { test } from "vitest";\nimport { hub } from "./index.ts";',
      "test/support.ts": 'import { connect } from "node:net";\nimport { hub } from "@sse/server";',
    }),
  ).toEqual([]);
  expect(wrong({ "test/both.test.ts": 'import { connect } from "@sse/client";' })).toEqual([
    "packages/server/test/both.test.ts:1: may not import @sse/client",
  ]);
});

test.each(['import { on } from "node:events";', 'import type { Server } from "node:http";'])(
  "node: outside the files named for it fails: %s",
  (text) => {
    expect(wrong({ "src/hub.ts": text })).toEqual([
      expect.stringMatching(/^packages\/server\/src\/hub\.ts:1: may not import node:\w+: no node: here$/),
    ]);
  },
);

test.each([
  ["a built-in module without its prefix", 'import { on } from "events";', "may not import events"],
  ["an undeclared dependency", 'import { z } from "zod";', "may not import zod"],
  ["types of a platform", '/// <reference types="node" />', "may not import node"],
  [
    "a file of another package",
    'import "../../client/src/index.ts";',
    "leaves its package with ../../client/src/index.ts",
  ],
  ["a test", 'import "./hub.test.ts";', "imports a test, ./hub.test.ts"],
  ["a file that is not there", 'import "./gone.ts";', "imports ./gone.ts, which is no source file"],
  ["a file by another extension", 'import "./frame.js";', "imports ./frame.js, which is no source file"],
  ["something computed", "await import(name);", "imports something computed"],
])("importing %s fails", (_what, text, reason) => {
  expect(wrong({ "src/hub.ts": text })).toEqual([`packages/server/src/hub.ts:1: ${reason}`]);
});

test("a file on no floor, on two floors, or planned but missing fails", () => {
  const floors = [...plan.floors, ["node", "door"]];
  expect(wrong({ "src/new.ts": 'import "./frame.ts";' }, { ...plan, floors })).toEqual([
    "server: node stands on more than one floor",
    "server: door is planned, but there is no such file",
    "packages/server/src/new.ts: stands on no floor in floors.json; 1 is the lowest it fits",
  ]);
});

test("a file that does not parse is an error, not a file without imports", () => {
  expect(() => wrong({ "src/hub.ts": "import { from;" })).toThrow(/src\/hub\.ts does not parse/);
});
