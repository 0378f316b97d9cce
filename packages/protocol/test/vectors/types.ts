import { comment, committed, event, retry } from "../observation.ts";
import { type Vector, vector } from "./vector.ts";

/** "Interpreting an event stream": the event type buffer. */
export const types: readonly Vector[] = [
  vector("an event line names the type", "event: add\ndata: a\n\n", [event("a", { type: "add" })]),
  vector("without an event line the type is message", "data: a\n\n", [event("a")]),
  vector("an empty event line leaves the type message", "event:\ndata: a\n\n", [event("a")]),
  vector("an event line of one space leaves the type message", "event: \ndata: a\n\n", [event("a")]),
  vector("an event line of two spaces is a type of one", "event:  \ndata: a\n\n", [
    event("a", { type: " " }),
  ]),
  vector("of two event lines the last counts", "event: a\nevent: b\ndata: x\n\n", [
    event("x", { type: "b" }),
  ]),
  vector("an empty event line after another takes it back", "event: a\nevent:\ndata: x\n\n", [event("x")]),
  vector("an event line after an empty one counts", "event\nevent: a\ndata: x\n\n", [
    event("x", { type: "a" }),
  ]),
  vector("an event line after the data counts", "data: x\nevent: a\n\n", [event("x", { type: "a" })]),
  vector("event lines around data: the last counts", "event: a\ndata: x\nevent: b\n\n", [
    event("x", { type: "b" }),
  ]),
  vector("a type may be message", "event: message\ndata: x\n\n", [event("x")]),
  vector("a type may be error", "event: error\ndata: x\n\n", [event("x", { type: "error" })]),
  vector("a type may be open", "event: open\ndata: x\n\n", [event("x", { type: "open" })]),
  vector("a type may be __proto__", "event: __proto__\ndata: x\n\n", [event("x", { type: "__proto__" })]),
  vector("a type may be constructor", "event: constructor\ndata: x\n\n", [
    event("x", { type: "constructor" }),
  ]),
  vector("a type may be toString", "event: toString\ndata: x\n\n", [event("x", { type: "toString" })]),
  vector("a type may be an asterisk", "event: *\ndata: x\n\n", [event("x", { type: "*" })]),
  vector("a type keeps its case", "event: ADD\ndata: x\n\n", [event("x", { type: "ADD" })]),
  vector("a type keeps spaces at its end", "event: a \ndata: x\n\n", [event("x", { type: "a " })]),
  vector("a type keeps its colons", "event: a:b\ndata: x\n\n", [event("x", { type: "a:b" })]),
  vector("a type may have spaces inside", "event: a b\ndata: x\n\n", [event("x", { type: "a b" })]),
  vector("a type may hold NUL", "event: a\0\ndata: x\n\n", [event("x", { type: "a\0" })]),
  vector("a type may be in any script", "event: 追加\ndata: x\n\n", [event("x", { type: "追加" })]),
  vector("a type may be outside the basic plane", "event: 😀\ndata: x\n\n", [event("x", { type: "😀" })]),
  vector(
    "a type of one block is not the next one's",
    "event: a\ndata: x\n\nevent: b\ndata: y\n\ndata: z\n\n",
    [event("x", { type: "a" }), event("y", { type: "b" }), event("z")],
  ),
  vector("a type alone between events changes nothing", "data: x\n\nevent: a\n\ndata: y\n\n", [
    event("x"),
    event("y"),
  ]),
  vector("a type may begin with sse.", "event: sse.mark\nid: 1\ndata\n\n", [
    committed("1"),
    event("", { type: "sse.mark", id: "1" }),
  ]),
  vector("a type with all the rest of a block", ": c\nretry: 1\nid: 2\nevent: t\ndata: x\ndata: y\n\n", [
    comment("c"),
    retry(1),
    committed("2"),
    event("x\ny", { type: "t", id: "2" }),
  ]),
];
