import { expect, test } from "vitest";
import { readPlan } from "./plan.ts";

test("a plan is read by package", () => {
  const text = '{"packages": {"a": {"imports": [], "node": ["node"], "floors": [["x"], ["y"]]}}}';
  expect(readPlan(text)).toEqual({ a: { imports: [], node: ["node"], floors: [["x"], ["y"]] } });
});

test.each([
  ["[]", "floors.json: floors.json is not an object."],
  ['{"packages": {"a": {"imports": [], "node": []}}}', "floors.json: a.floors is not a list."],
  [
    '{"packages": {"a": {"imports": "x", "node": [], "floors": []}}}',
    "floors.json: a.imports is not a list of names.",
  ],
  [
    '{"packages": {"a": {"imports": [], "node": [], "floors": ["x"]}}}',
    "floors.json: a.floors[0] is not a list of names.",
  ],
])("a plan that would check nothing is refused: %s", (text, message) => {
  expect(() => readPlan(text)).toThrow(message);
});
