import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { withTable } from "./page.ts";

const page = new URL("../../../docs/faults.md", import.meta.url);

test("docs/faults.md shows the matrix of the tests (UPDATE_DOCS=1 writes it)", () => {
  const now = readFileSync(page, "utf8");
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(page, withTable(now));
  expect(readFileSync(page, "utf8")).toBe(withTable(now));
});
