import { comment, committed, event, retry } from "../observation.ts";
import { cut, type Vector, vector } from "./vector.ts";

/** "Interpreting an event stream": what has no blank line when the stream ends is dropped. */
export const endings: readonly Vector[] = [
  cut("an event without its blank line is dropped", "data: a\n", []),
  cut("an event without its line end is dropped", "data: a", []),
  cut("an event with CRLF and without its blank line is dropped", "data: a\r\n", []),
  cut("a second event without its blank line is dropped", "data: a\n\ndata: b\n", [event("a")]),
  cut("a field name at the end is dropped", "data: a\n\ndata", [event("a")]),
  cut("a letter at the end is dropped", "data: a\n\nd", [event("a")]),
  cut("a field name and a colon at the end are dropped", "data: a\n\ndata:", [event("a")]),
  cut("an empty data line at the end is dropped", "data\n", []),
  cut("a type without its blank line is dropped", "event: t\n", []),
  cut("an id without its blank line is dropped", "id: 1\n", []),
  cut("an empty id without its blank line is dropped", "id: 1\n\nid\n", [committed("1")]),
  vector("an ignored id without its blank line is nothing to drop", "id: \0\n", []),
  vector("an empty type without its blank line is nothing to drop", "event\n", []),
  vector("an unknown field without its blank line is nothing to drop", "foo: a\n", []),
  cut("an unknown field without its line end may still become one", "foo: a", []),
  vector("a retry without its blank line is nothing to drop", "data: a\n\nretry: 5\n", [
    event("a"),
    retry(5),
  ]),
  vector("a comment without its blank line is nothing to drop", "data: a\n\n: x\n", [
    event("a"),
    comment("x"),
  ]),
  vector("an event whose blank line is a CR is whole", "data: a\n\r", [event("a")]),
  vector("a stream that ends after a blank line is whole", "data: a\n\n", [event("a")]),
  cut("a line of spaces at the end is no blank line", "data: a\n  ", []),
  cut("a comment at the end is no blank line", "data: a\n: x\n", [comment("x")]),
  cut(
    "events before an unfinished one with an id keep theirs",
    "id: 1\ndata: a\n\nid: 2\nevent: t\ndata: b",
    [committed("1"), event("a", { id: "1" })],
  ),
];
