import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { expect, inject, test } from "vitest";
import { manifest, published } from "./support/packages.ts";

const installed = (name: string): string => join(inject("project"), "node_modules/@sse", name);
/** Ways of resolving that know no ESM: `require()` of it works (see runs.test.ts), older TypeScripts just do not say so. */
const LEGACY: readonly string[] = ["node10", "node16-cjs"];

function files(name: string): readonly string[] {
  return readdirSync(installed(name), { recursive: true, withFileTypes: true, encoding: "utf8" })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(installed(name).length + 1)
        .replaceAll("\\", "/"),
    );
}

test.each(published)("@sse/%s packs its build, its sources and its licence, and no tests", (name) => {
  const all = files(name);
  expect(all).toEqual(
    expect.arrayContaining(["LICENSE", "package.json", "dist/index.js", "dist/index.d.ts", "src/index.ts"]),
  );
  expect(
    all.filter((path) => /(^|\/)tests?\/|\.(test|test-d|node-test|bench)\.|config|tsbuildinfo/.test(path)),
  ).toEqual([]);
});

test.each(published)("@sse/%s tells nothing of the workspace", (name) => {
  const telling = files(name)
    .filter((path) => !path.endsWith(".map"))
    .filter((path) => /@sse\/source|workspace:/.test(readFileSync(join(installed(name), path), "utf8")));
  expect(telling).toEqual([]);
});

test.each(published)(
  "@sse/%s has its main door where bundlers that do not look at exports seek it",
  (name) => {
    const { main, types, exports } = manifest(installed(name));
    expect({ types, default: main }).toEqual(exports["."]);
  },
);

test.each(published)("the maps of @sse/%s lead to files that are packed, and to nobody's machine", (name) => {
  const all = files(name);
  const maps = all.filter((path) => path.endsWith(".map"));
  expect(maps.length).toBeGreaterThan(0);
  for (const path of maps) {
    const map: unknown = JSON.parse(readFileSync(join(installed(name), path), "utf8"));
    const { sources, sourceRoot } = map as {
      readonly sources: readonly string[];
      readonly sourceRoot?: string;
    };
    expect(sourceRoot ?? "", path).toBe("");
    const targets = sources.map((source) => posix.join(posix.dirname(path), source));
    expect(all, path).toEqual(expect.arrayContaining(targets));
  }
});

test.each(published)("@sse/%s depends on nothing but the protocol and its types", (name) => {
  const { dependencies = {}, version } = manifest(installed(name));
  const allowed =
    name === "protocol"
      ? { "@standard-schema/spec": expect.any(String) }
      : { "@sse/protocol": `^${version}` };
  expect(dependencies).toEqual(allowed);
});

// npm refuses to install beside an older `redis` what names a range of it, whether or not the door of Redis is opened.
test("the clients of stores that no file imports may be there in any version, for something else", () => {
  const folder = installed("server");
  const built = files("server").filter((path) => path.endsWith(".js"));
  const code = built.map((path) => readFileSync(join(folder, path), "utf8")).join("\n");
  const { peerDependencies = {} } = manifest(folder);
  const ranges = Object.entries(peerDependencies).filter(([peer]) => !code.includes(`from "${peer}"`));
  expect(Object.fromEntries(ranges)).toEqual({ "@nats-io/transport-node": "*", ioredis: "*", redis: "*" });
});

test("the packages are installed once: both ends share one protocol", () => {
  const folders = readdirSync(join(inject("project"), "node_modules"), { recursive: true, encoding: "utf8" });
  const copies = folders.filter((path) => path.replaceAll("\\", "/").endsWith("@sse/protocol"));
  expect(copies).toHaveLength(1);
});

test.each(published)("publint finds nothing to say about @sse/%s", async (name) => {
  const { buffer } = new Uint8Array(readFileSync(inject("tarballs")[name] ?? ""));
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test.each(published)("the types of @sse/%s are found by every kind of ESM user", async (name) => {
  const checked = createPackageFromTarballData(new Uint8Array(readFileSync(inject("tarballs")[name] ?? "")));
  const { types, ...result } = await checkPackage(checked);
  expect(types).toMatchObject({ kind: "included" });
  const problems = "problems" in result ? result.problems : [];
  expect(
    problems.filter((problem) => !("resolutionKind" in problem && LEGACY.includes(problem.resolutionKind))),
  ).toEqual([]);
});
