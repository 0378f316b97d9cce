import { expect, it } from "vitest";
import { blocksOf, withBlocks } from "../src/blocks.ts";

const fence = "```";
const page = `# A\n\n${fence}ts\n// a.ts\nexport {};\n${fence}\n\n${fence}nginx\n# nginx.conf\nevents {}\n${fence}\n\n${fence}sh\n# nothing.sh\n${fence}\n`;

it("finds every block with its language, the name in its first line, and its place", () => {
  expect(blocksOf("a.md", page)).toEqual([
    { language: "ts", file: "a.ts", code: "// a.ts\nexport {};\n", from: 3, to: 5 },
    { language: "nginx", file: "nginx.conf", code: "# nginx.conf\nevents {}\n", from: 8, to: 10 },
    { language: "sh", file: undefined, code: "# nothing.sh\n", from: 13, to: 14 },
  ]);
});

it("refuses a block that never ends", () => {
  expect(() => blocksOf("a.md", `${fence}ts\n// a.ts\n`)).toThrow("a.md:1");
});

it("replaces blocks, longer or shorter, and leaves the rest as it is", () => {
  const replaced = withBlocks("a.md", page, ({ file }) =>
    file === "a.ts" ? "// a.ts\n1;\n2;\n3;\n" : undefined,
  );
  expect(replaced).toBe(page.replace("export {};", "1;\n2;\n3;"));
});
