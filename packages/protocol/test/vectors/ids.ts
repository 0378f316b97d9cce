import { comment, committed, event, retry } from "../observation.ts";
import { cut, type Vector, vector } from "./vector.ts";

/** "Interpreting an event stream": the last event ID buffer, which the dispatch commits. */
export const ids: readonly Vector[] = [
  vector("an id goes with its event", "id: 1\ndata: a\n\n", [committed("1"), event("a", { id: "1" })]),
  vector("an id after the data goes with its event", "data: a\nid: 1\n\n", [
    committed("1"),
    event("a", { id: "1" }),
  ]),
  vector("an id stays for later events", "id: 1\ndata: a\n\ndata: b\n\ndata: c\n\n", [
    committed("1"),
    event("a", { id: "1" }),
    event("b", { id: "1" }),
    event("c", { id: "1" }),
  ]),
  vector("an id is replaced by a later one", "id: 1\ndata: a\n\nid: 2\ndata: b\n\n", [
    committed("1"),
    event("a", { id: "1" }),
    committed("2"),
    event("b", { id: "2" }),
  ]),
  vector("of two ids in one block the last counts", "id: 1\nid: 2\ndata: a\n\n", [
    committed("2"),
    event("a", { id: "2" }),
  ]),
  vector("an empty id resets", "id: 1\ndata: a\n\nid:\ndata: b\n\n", [
    committed("1"),
    event("a", { id: "1" }),
    committed(""),
    event("b"),
  ]),
  vector("an id line without a colon resets", "id: 1\ndata: a\n\nid\ndata: b\n\n", [
    committed("1"),
    event("a", { id: "1" }),
    committed(""),
    event("b"),
  ]),
  vector("an id of one space resets", "id: 1\n\nid: \ndata: b\n\n", [
    committed("1"),
    committed(""),
    event("b"),
  ]),
  vector("an id after a reset counts", "id\nid: 2\ndata: a\n\n", [committed("2"), event("a", { id: "2" })]),
  vector("a reset after an id in one block counts", "id: 2\nid\ndata: a\n\n", [committed(""), event("a")]),
  vector("a block of only an id commits it and is no event", "id: 1\n\n", [committed("1")]),
  vector("a block of only an id gives it to the next event", "id: 1\n\ndata: a\n\n", [
    committed("1"),
    event("a", { id: "1" }),
  ]),
  vector("a block of only an empty id commits that", "id: 1\n\nid\n\ndata: a\n\n", [
    committed("1"),
    committed(""),
    event("a"),
  ]),
  vector("a block of an id and a type commits the id and is no event", "id: 1\nevent: t\n\ndata: a\n\n", [
    committed("1"),
    event("a", { id: "1" }),
  ]),
  vector("the same id twice is committed twice", "id: 1\n\nid: 1\n\n", [committed("1"), committed("1")]),
  vector("an id with NUL in the middle is ignored", "id: a\0b\ndata: a\n\n", [event("a")]),
  vector("an id with NUL at the start is ignored", "id: \0a\ndata: a\n\n", [event("a")]),
  vector("an id with NUL at the end is ignored", "id: a\0\ndata: a\n\n", [event("a")]),
  vector("an id that is NUL is ignored", "id:\0\ndata: a\n\n", [event("a")]),
  vector("an id with NUL leaves the one before in its block", "id: 1\nid: \0\ndata: a\n\n", [
    committed("1"),
    event("a", { id: "1" }),
  ]),
  vector("an id after one with NUL counts", "id: \0\nid: 1\ndata: a\n\n", [
    committed("1"),
    event("a", { id: "1" }),
  ]),
  vector("an id with NUL leaves the one of an earlier block", "id: 1\n\nid: \0\ndata: a\n\n", [
    committed("1"),
    event("a", { id: "1" }),
  ]),
  vector("a block of only an id with NUL commits nothing", "id: 1\0\n\ndata: a\n\n", [event("a")]),
  vector("an id with NUL that ends with CR is ignored", "id: 1\0\rdata: a\r\r", [event("a")]),
  vector("a NUL elsewhere does not touch an id", "id: 1\ndata: \0\n\n", [
    committed("1"),
    event("\0", { id: "1" }),
  ]),
  vector(
    "ids before and after one with NUL count each in its block",
    "id: 1\n\nid: \0\n\nid: 2\ndata: a\n\n",
    [committed("1"), committed("2"), event("a", { id: "2" })],
  ),
  vector("an id may be two spaces, of which one stays", "id:  \ndata: a\n\n", [
    committed(" "),
    event("a", { id: " " }),
  ]),
  vector("an id keeps its colons", "id: a:b\ndata: a\n\n", [committed("a:b"), event("a", { id: "a:b" })]),
  vector("an id may be in any script", "id: 日本\ndata: a\n\n", [
    committed("日本"),
    event("a", { id: "日本" }),
  ]),
  vector("an id may be outside the basic plane", "id: 😀\ndata: a\n\n", [
    committed("😀"),
    event("a", { id: "😀" }),
  ]),
  vector("an id may look like a number with zeros", "id: 007\ndata: a\n\n", [
    committed("007"),
    event("a", { id: "007" }),
  ]),
  vector("an id may have a U+2028", "id: a\u2028b\n\n", [committed("a\u2028b")]),
  vector("an id may be __proto__", "id: __proto__\ndata: a\n\n", [
    committed("__proto__"),
    event("a", { id: "__proto__" }),
  ]),
  cut("an id of an unfinished block is not committed", "id: 1\ndata: a\n\nid: 2\ndata: b\n", [
    committed("1"),
    event("a", { id: "1" }),
  ]),
  cut("an id line without its end is not committed", "data: a\n\nid: 2", [event("a")]),
  vector("an id is told at the blank line, after what came before it", "id: 1\nretry: 5\n: x\ndata: a\n\n", [
    retry(5),
    comment("x"),
    committed("1"),
    event("a", { id: "1" }),
  ]),
  vector("an id of a very long line counts", `id: ${"7".repeat(3000)}\n\n`, [committed("7".repeat(3000))]),
  vector("ids with CRLF commit with and without data", "id: 1\r\n\r\nid: 2\r\ndata: a\r\n\r\n", [
    committed("1"),
    committed("2"),
    event("a", { id: "2" }),
  ]),
];
