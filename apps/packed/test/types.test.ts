import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { typeScripts } from "runtimes";
import { describe, expect, inject, test } from "vitest";
import { run } from "./support/run.ts";

const resolutions = [
  { resolution: "nodenext", options: { module: "nodenext", moduleResolution: "nodenext" } },
  { resolution: "bundler", options: { module: "esnext", moduleResolution: "bundler" } },
];
const node = { lib: ["es2022", "esnext.disposable"], types: ["node"] };
const workers = { ...node, types: ["@cloudflare/workers-types"] };
const browser = { lib: ["es2022", "esnext.disposable", "dom", "dom.iterable"], types: [] };
const both = { ...browser, types: ["node"] };

test("every compiler is there", () => expect(typeScripts).toHaveLength(3));

describe.each(typeScripts)("$name", ({ name, path }) => {
  test.each(resolutions)("types the packages rightly under $resolution", async ({ resolution, options }) => {
    await compiles(path, `${name}-${resolution}`, { ...options, ...both }, [
      "types/usage.ts",
      "types/node.ts",
    ]);
  });
});

// TypeScript 5.9: 6.0 calls it deprecated, and 7.0 does not have it.
test("the main doors have types under node10, which does not look at exports", async () => {
  const options = { module: "esnext", moduleResolution: "node10", ...browser };
  await compiles(typeScripts[0]?.path ?? "", "node10", options, ["types/usage.ts"]);
});

describe.each(typeScripts.slice(-1))("$name", ({ path }) => {
  test.each(resolutions)("needs no DOM types under $resolution", async ({ resolution, options }) => {
    await compiles(path, `node-${resolution}`, { ...options, ...node }, ["types/usage.ts", "types/node.ts"]);
  });

  test.each(resolutions)(
    "needs no DOM types beside those of the oldest Node under $resolution",
    async (each) => {
      const files = ["types/usage.ts", "types/node.ts"];
      await compiles(
        path,
        `oldest-${each.resolution}`,
        { ...each.options, ...node },
        files,
        inject("oldest"),
      );
    },
  );

  test.each(resolutions)("needs no DOM types beside those of Workers under $resolution", async (each) => {
    await compiles(path, `workers-${each.resolution}`, { ...each.options, ...workers }, ["types/usage.ts"]);
  });

  test.each(resolutions)("has names for all that a library exports under $resolution", async (each) => {
    const name = `library-${each.resolution}`;
    const declares = {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: "types",
      outDir: name,
    };
    await compiles(path, name, { ...each.options, ...both, ...declares }, ["types/library.ts"]);
  });

  test.each(resolutions)("checks plain JavaScript by JSDoc under $resolution", async (each) => {
    const checks = { allowJs: true, checkJs: true };
    await compiles(path, `script-${each.resolution}`, { ...each.options, ...both, ...checks }, [
      "types/script.js",
    ]);
  });

  test.each(resolutions)("needs no Node types under $resolution", async ({ resolution, options }) => {
    await compiles(path, `browser-${resolution}`, { ...options, ...browser }, ["types/usage.ts"]);
  });
});

async function compiles(
  tsc: string,
  name: string,
  options: object,
  files: readonly string[],
  project: string = inject("project"),
): Promise<void> {
  const strict = {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    target: "es2022",
    allowImportingTsExtensions: true,
  };
  const config = join(project, `tsconfig.${name}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...strict, ...options }, files }));
  const { code, output } = await run(process.execPath, [tsc, "-p", config], project);
  expect(code, output).toBe(0);
}
