import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../../..");
const protocol = join(root, "packages/protocol");
const require = createRequire(import.meta.url);

/** Within the package, so that what its declarations import is found; removed afterwards. */
let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(protocol, "node_modules/.declarations-"));
  // As the build emits them, by the workspace's own compiler: what users get, whether or not dist is up to date.
  await compile(join(root, "node_modules/typescript"), [
    ...[
      "-p",
      join(protocol, "tsconfig.build.json"),
      "--outDir",
      join(scratch, "dist"),
      "--declarationMap",
      "false",
    ],
  ]);
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

describe.each([
  ["5.9", "typescript59"],
  ["6.0", "typescript60"],
])("TypeScript %s", (version, alias) => {
  const compiler = resolve(require.resolve(`${alias}/package.json`), "..");

  it("is that version", async () => {
    expect(await compile(compiler, ["--version"])).toContain(`Version ${version}.`);
  });

  it.each([
    ["bundler", "preserve"],
    ["nodenext", "nodenext"],
  ])("accepts the declarations themselves, under %s", async (moduleResolution, module) => {
    const project = await userProject(alias, "everything.ts", 'export * from "@sse/protocol";', {
      moduleResolution,
      module,
      skipLibCheck: false,
    });
    expect(await compile(compiler, ["-p", project])).toBe("");
  });

  it("infers and refuses as the type tests say", async () => {
    const project = await userProject(alias, join(protocol, "test/*.test-d.ts"));
    expect(await compile(compiler, ["-p", project])).toBe("");
  });

  it("would notice a wrong type", async () => {
    const wrong =
      'import { defineEvents, json } from "@sse/protocol";\ndefineEvents({ a: json<number>() }).event("a", "1");\n';
    const project = await userProject(alias, "wrong.ts", wrong);
    expect(await compile(compiler, ["-p", project])).toMatch(/wrong\.ts\(2,.*error TS2345/);
  });
});

/** A user's project, with their compiler's options and our declarations; its source is written if it is given. */
async function userProject(
  name: string,
  include: string,
  source?: string,
  options?: object,
): Promise<string> {
  const directory = await mkdtemp(join(scratch, `${name}-`));
  if (source !== undefined) await writeFile(join(directory, include), source);
  const project = join(directory, "tsconfig.json");
  await writeFile(
    project,
    JSON.stringify({
      compilerOptions: {
        module: "preserve",
        moduleResolution: "bundler",
        target: "es2022",
        lib: ["es2023", "esnext.disposable", "esnext.iterator", "dom", "dom.iterable", "dom.asynciterable"],
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        noEmit: true,
        // The type tests bring in libraries, some of whose declarations are for newer compilers.
        skipLibCheck: true,
        types: [],
        paths: { "@sse/protocol": [join(scratch, "dist/index.d.ts")] },
        ...options,
      },
      include: [include],
    }),
  );
  return project;
}

/** What the compiler says; "" if it is content. */
async function compile(compiler: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, [join(compiler, "bin/tsc"), ...args, "--pretty", "false"]);
    return stdout;
  } catch (error) {
    if (
      error instanceof Error &&
      "stdout" in error &&
      typeof error.stdout === "string" &&
      error.stdout !== ""
    ) {
      return error.stdout;
    }
    throw error;
  }
}
