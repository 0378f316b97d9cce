import { type Check, check } from "../bench.ts";
import type { Reply } from "../reply.ts";

const bytes = (...parts: readonly (string | readonly number[])[]): NonNullable<Reply["body"]> => ({
  bytes: parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : part)),
});
const BOM = [0xef, 0xbb, 0xbf];
const END = "data: end\n\n";

/** A check that reads a body up to the message "end", and gives the data of the messages before it. */
function reads(name: string, body: NonNullable<Reply["body"]>, expected: readonly string[]): Check {
  return check(
    name,
    async (at) => {
      const source = at.open(at.play({ body: [body, END].flat(), end: "hold" }));
      const got: string[] = [];
      await new Promise<void>((resolve, reject) => {
        source.onmessage = ({ data }) => (data === "end" ? resolve() : got.push(data));
        source.onerror = () => reject(new Error("it failed"));
      });
      return got;
    },
    expected,
  );
}

export const format: readonly Check[] = [
  reads(
    "data lines are joined, other fields and blocks without data give nothing",
    "data:msg\ndata: msg\n\n:\nfield:msg\n\nfield:msg\nData:data\n\ndata\n\n",
    ["msg\nmsg", ""],
  ),
  reads("one BOM at the beginning is passed over", bytes(BOM, "data:1\n\n"), ["1"]),
  reads("two BOMs are one too many, and spoil their line", bytes(BOM, BOM, "data:1\n\ndata:2\n\n"), ["2"]),
  reads("a BOM in the middle spoils its line", bytes("data:1\n\n", BOM, "data:2\n\ndata:3\n\n"), ["1", "3"]),
  reads(
    "comments are passed over, long ones, ones with NUL and ones with other ends",
    `data:1\n:\0\n:\r\ndata:2\n:${"x".repeat(2048)}\rdata:3\n:data:fail\r:${"x".repeat(2048)}\ndata:4\n\n`,
    ["1\n2\n3\n4"],
  ),
  check(
    "a block that is not ended is dropped at the end of the body",
    async (at) => {
      const source = at.open(
        at.play(
          { body: "retry:1\ndata:test1\n\nid:test\ndata:test2" },
          { body: "data:again\n\n", end: "hold" },
        ),
      );
      return at.messages(source, 2);
    },
    ["test1", "again"],
  ),
  reads(
    "the data field may be empty, lack its colon, or begin with a space too many",
    "data:\n\ndata\ndata\n\ndata:test\n\ndata:  a\n\n",
    ["", "\n", "test", " a"],
  ),
  reads("an empty event field is a message", "event: \ndata:data\n\n", ["data"]),
  reads(
    "the last event field counts, and lasts for its block alone",
    "event:x\nevent:message\ndata:a\n\nevent:test\ndata:x\n\ndata:b\n\n",
    ["a", "b"],
  ),
  reads(
    "field names are exact: no case is folded, no space is cut",
    "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\nDATA:x\ndata :x\n\n",
    ["test\n"],
  ),
  reads("a tab after the colon is data, one space is not", "data:\ttest\rdata: \ndata:test\n\n", [
    "\ttest\n\ntest",
  ]),
  reads(
    "LF, CR and CRLF end lines, mixed as they come",
    "data:test\r\ndata\ndata:test\r\n\r\ndata:a\rdata:b\r\rdata:c\n\r",
    ["test\n\ntest", "a\nb", "c"],
  ),
  reads(
    "a field name with NUL, a hyphen, an underscore or a space before it is another one, whatever ends its line",
    "data:\0\rdata:  1\r\nDATA:x\ndata\0:x\r\0data:x\nda-ta:x\rdata_x\r\n data:x\rdata:2\rdata:\r\ndata:3\n\n",
    ["\0\n 1\n2\n\n3"],
  ),
  reads("NUL is data as everything else", "data:\0\n\n\n\ndata:a\0b\n\n", ["\0", "a\0b"]),
  reads("text is UTF-8, whatever the response says", bytes("data:ok…é😀\n\n"), ["ok…é😀"]),
  reads(
    "bytes that are no UTF-8 are U+FFFD, and nothing else is lost",
    bytes("data:a", [0xff], "b", [0xe2, 0x82], "c\n\n"),
    ["a\ufffdb\ufffdc"],
  ),
  check(
    "a megabyte is one message",
    async (at) => {
      const body = ["data:", { repeat: "x", times: 1_000_000 }, "\n\n"];
      const [data] = await at.messages(at.open(at.play({ body, end: "hold" })), 1);
      return data?.replace(/x/g, "").length === 0 && data.length;
    },
    1_000_000,
  ),
  reads("pieces are put together wherever they were cut", [..."data: a\r\ndata: b\r\n\r\n"], ["a\nb"]),
  check(
    "the charset of the response is passed over",
    async (at) => {
      const headers = { "content-type": "text/event-stream;charset=windows-1252" };
      return at.messages(at.open(at.play({ headers, body: "data:ok…é\n\n", end: "hold" })), 1);
    },
    ["ok…é"],
  ),
];
