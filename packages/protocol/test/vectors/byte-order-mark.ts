import { comment, committed, event, retry } from "../observation.ts";
import { bytes, cut, type Vector, vector } from "./vector.ts";

const BOM = "\uFEFF";

/** "Parsing an event stream": one leading byte order mark is taken off, and no other. */
export const byteOrderMark: readonly Vector[] = [
  vector("a byte order mark before a data line is no part of it", `${BOM}data: a\n\n`, [event("a")]),
  vector("a byte order mark before a comment is no part of it", `${BOM}: hi\n\n`, [comment("hi")]),
  vector("a byte order mark before a retry line is no part of it", `${BOM}retry: 7\n\n`, [retry(7)]),
  vector("a byte order mark before an id line is no part of it", `${BOM}id: 1\n\n`, [committed("1")]),
  vector("a byte order mark before an event line is no part of it", `${BOM}event: t\ndata\n\n`, [
    event("", { type: "t" }),
  ]),
  vector("a byte order mark before a blank line is no line", `${BOM}\n\ndata: a\n\n`, [event("a")]),
  vector("a byte order mark before a lone CR is no line", `${BOM}\rdata: a\r\r`, [event("a")]),
  vector("a byte order mark before a CRLF is no line", `${BOM}\r\ndata: a\r\n\r\n`, [event("a")]),
  vector("a stream that is only a byte order mark is empty", BOM, []),
  vector("a stream that is a byte order mark and a line feed is empty", `${BOM}\n`, []),
  vector("of two byte order marks the second belongs to the field name", `${BOM}${BOM}data: a\ndata: b\n\n`, [
    event("b"),
  ]),
  vector("of two byte order marks before a comment the second makes it a field", `${BOM}${BOM}: a\n\n`, []),
  vector("a byte order mark after a line feed belongs to the field name", `\n${BOM}data: a\n\n`, []),
  vector("a byte order mark before a later line belongs to the field name", `data: a\n${BOM}data: b\n\n`, [
    event("a"),
  ]),
  vector("a byte order mark within data stays", `data: a${BOM}b\n\n`, [event(`a${BOM}b`)]),
  vector("a byte order mark at the start of data stays", `data:${BOM}a\n\n`, [event(`${BOM}a`)]),
  vector("a byte order mark after the space before data stays", `data: ${BOM}a\n\n`, [event(`${BOM}a`)]),
  vector("a byte order mark and a space before data both stay", `data:${BOM} a\n\n`, [event(`${BOM} a`)]),
  vector("a byte order mark in a comment stays", `:${BOM}\n\n`, [comment(BOM)]),
  vector(
    "a byte order mark after a space at the stream's start belongs to the field name",
    ` ${BOM}data: a\n\n`,
    [],
  ),
  vector("a byte order mark before a digit makes a retry invalid", `retry:${BOM}5\n\n`, []),
  vector("a byte order mark in an id stays", `id: ${BOM}\n\n`, [committed(BOM)]),
  vector("a byte order mark at the end of a field name makes it another", `data${BOM}: a\n\n`, []),
  vector(
    "the first byte of a byte order mark alone is malformed and part of the field name",
    bytes(0xef, "data: a\ndata: b\n\n"),
    [event("b")],
  ),
  vector(
    "the first two bytes of a byte order mark alone are malformed and part of the field name",
    bytes(0xef, 0xbb, "data: a\ndata: b\n\n"),
    [event("b")],
  ),
  cut("the first two bytes of a byte order mark alone are an unfinished line", bytes(0xef, 0xbb), []),
  vector(
    "bytes of UTF-16's byte order mark are malformed and part of the field name",
    bytes(0xff, 0xfe, "data: a\ndata: b\n\n"),
    [event("b")],
  ),
  vector(
    "a byte order mark ends nothing: the block after it is whole",
    `${BOM}id: 1\nevent: t\ndata: a\n\n`,
    [committed("1"), event("a", { type: "t", id: "1" })],
  ),
  vector("a byte order mark after an event belongs to the next field name", `data: a\n\n${BOM}data: b\n\n`, [
    event("a"),
  ]),
];
