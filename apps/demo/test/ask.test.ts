import { expect, test } from "vitest";
import { tokensOf } from "../src/server/ask/answer.ts";
import { paragraphsOf } from "../src/server/ask/library.ts";
import { search } from "../src/server/ask/search.ts";

const MARKDOWN = `# Guide

Events carry an [id](https://example.com), and **clients** come back with it after a cut.

## Heartbeats

- A heartbeat is a comment that the server writes when a stream was silent for long.
- Proxies cut connections that are idle, and heartbeats are what keeps them open.

\`\`\`ts
// heartbeat heartbeat heartbeat heartbeat heartbeat heartbeat heartbeat
\`\`\`

short
`;

test("paragraphs are prose and list items with their headings and lines, without code", () => {
  expect(paragraphsOf("GUIDE.md", MARKDOWN)).toEqual([
    {
      file: "GUIDE.md",
      line: 3,
      headings: ["Guide"],
      text: "Events carry an id, and clients come back with it after a cut.",
    },
    {
      file: "GUIDE.md",
      line: 7,
      headings: ["Guide", "Heartbeats"],
      text: "A heartbeat is a comment that the server writes when a stream was silent for long.",
    },
    {
      file: "GUIDE.md",
      line: 8,
      headings: ["Guide", "Heartbeats"],
      text: "Proxies cut connections that are idle, and heartbeats are what keeps them open.",
    },
  ]);
});

test("a row of a table is a paragraph; the names of its columns are none", () => {
  const table = `| name of the thing | what it is, at some length |
|---|--:|
| heartbeat | a comment that is written after some silence, for proxies |`;
  expect(paragraphsOf("GUIDE.md", table)).toMatchObject([
    { line: 3, text: "heartbeat – a comment that is written after some silence, for proxies" },
  ]);
});

test("what fits best comes first, singular or plural, and what does not fit not at all", () => {
  const paragraphs = paragraphsOf("GUIDE.md", MARKDOWN);
  expect(search(paragraphs, "Which events?", 5).map(({ paragraph }) => paragraph.line)).toEqual([3]);
  expect(search(paragraphs, "idle heartbeats", 5).map(({ paragraph }) => paragraph.line)).toEqual([8, 7]);
  expect(search(paragraphs, "the of and", 5)).toEqual([]);
  expect(search([], "heartbeat", 5)).toEqual([]);
});

test("tokens are the text again when they are joined", () => {
  const text = "A heartbeat is `incomprehensibly` small, isn't it?";
  expect(tokensOf(text).join("")).toBe(text);
  expect(tokensOf(text).length).toBeGreaterThan(8);
});
