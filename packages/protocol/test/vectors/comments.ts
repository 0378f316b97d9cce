import { comment, committed, event } from "../observation.ts";
import { cut, type Vector, vector } from "./vector.ts";

/** "Interpreting an event stream": a line that begins with a colon is ignored; here it is told to who asks. */
export const comments: readonly Vector[] = [
  vector("a comment is no event", ": a\n\n", [comment("a")]),
  vector("a colon alone is an empty comment", ":\n\n", [comment("")]),
  vector("a colon and a space are an empty comment", ": \n\n", [comment("")]),
  vector("a comment without a space", ":a\n\n", [comment("a")]),
  vector("of two spaces in a comment one stays", ":  a\n\n", [comment(" a")]),
  vector("a comment may look like a field", ":data: a\n: data: b\n\n", [
    comment("data: a"),
    comment("data: b"),
  ]),
  vector("a comment may be colons", ":::\n\n", [comment("::")]),
  vector("comments before an event", ": a\n: b\ndata: x\n\n", [comment("a"), comment("b"), event("x")]),
  vector("a comment within an event", "data: x\n: a\ndata: y\n\n", [comment("a"), event("x\ny")]),
  vector("a comment after the data", "data: x\n: a\n\n", [comment("a"), event("x")]),
  vector("a comment between events", "data: x\n\n: a\n\ndata: y\n\n", [event("x"), comment("a"), event("y")]),
  vector("a comment after the last event", "data: x\n\n: a\n", [event("x"), comment("a")]),
  vector("a comment is told without a blank line", ": a\n", [comment("a")]),
  vector("a comment without its line end is dropped", ": a", []),
  vector("a colon at the end of the stream is dropped", "data: x\n\n:", [event("x")]),
  cut("a comment without its line end leaves the event unfinished", "data: x\n: a", []),
  vector("a comment does not part an id from its event", "id: 1\n: a\ndata: x\n\n", [
    comment("a"),
    committed("1"),
    event("x", { id: "1" }),
  ]),
  vector("a comment does not part a type from its event", "event: t\n: a\ndata: x\n\n", [
    comment("a"),
    event("x", { type: "t" }),
  ]),
  vector("a comment and a blank line do end an event before them", "data: x\n: a\n\ndata: y\n\n", [
    comment("a"),
    event("x"),
    event("y"),
  ]),
  vector("a block of a comment and an id commits the id", ": a\nid: 1\n\n", [comment("a"), committed("1")]),
  vector("a heartbeat between an id and the next event", "id: 1\n\n:\n\n:\n\ndata: x\n\n", [
    committed("1"),
    comment(""),
    comment(""),
    event("x", { id: "1" }),
  ]),
  vector("a comment may hold NUL and other controls", ":\0\x01\x7f\n\n", [comment("\0\x01\x7f")]),
  vector("a comment in any script", ": héllo 日本 😀\n\n", [comment("héllo 日本 😀")]),
  vector("comments with CRLF", ":a\r\n:b\r\n\r\n", [comment("a"), comment("b")]),
  vector("comments with CR", ":a\r:b\r\r", [comment("a"), comment("b")]),
  vector("heartbeats in a row", ":\n\n:\n\n:\n\n", [comment(""), comment(""), comment("")]),
  vector("heartbeats in a row without blank lines", ":\n:\n:\n", [comment(""), comment(""), comment("")]),
  vector("a comment and two blank lines", ": a\n\n\ndata: x\n\n", [comment("a"), event("x")]),
  vector("a comment right after a type without data forgets the type", "event: t\n\n: a\n\ndata: x\n\n", [
    comment("a"),
    event("x"),
  ]),
  vector("a comment and a blank line after a type alone", "event: t\n: a\n\ndata: x\n\n", [
    comment("a"),
    event("x"),
  ]),
  vector("a comment and a blank line after an id alone", "id: 1\n: a\n\ndata: x\n\n", [
    comment("a"),
    committed("1"),
    event("x", { id: "1" }),
  ]),
];
