import { describe, expect, it } from "vitest";
import { snippetsOf } from "../src/snippets.ts";

const fence = "```";

describe("snippetsOf", () => {
  it("finds the TypeScript blocks, with names and lines, and passes other languages", () => {
    const page = `# A\n\n${fence}sh\nnpm start\n${fence}\n\n${fence}ts\n// a.ts\nexport {};\n${fence}\n`;
    expect(snippetsOf("a.md", page)).toEqual([{ file: "a.ts", code: "// a.ts\nexport {};\n", line: 8 }]);
  });

  it("refuses a TypeScript block without a file name", () => {
    expect(() => snippetsOf("a.md", `${fence}ts\nexport {};\n${fence}\n`)).toThrow("a.md:2");
  });

  it("refuses the same file twice", () => {
    const block = `${fence}ts\n// a.ts\n${fence}\n`;
    expect(() => snippetsOf("a.md", block + block)).toThrow("a.ts is there twice");
  });

  it("refuses a block that never ends", () => {
    expect(() => snippetsOf("a.md", `${fence}ts\n// a.ts\n`)).toThrow("has no end");
  });
});
