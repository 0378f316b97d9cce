import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pageOf, type StoresResult } from "../src/measure/page.ts";

const root = join(import.meta.dirname, "..", "..", "..");

test("docs/benchmarks-stores.md says what results/stores.json has", () => {
  const result = JSON.parse(
    readFileSync(join(root, "apps/cluster/results/stores.json"), "utf8"),
  ) as StoresResult;
  expect(readFileSync(join(root, "docs/benchmarks-stores.md"), "utf8")).toBe(pageOf(result));
});
