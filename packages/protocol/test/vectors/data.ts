import { comment, committed, event, retry } from "../observation.ts";
import { type Vector, vector } from "./vector.ts";

/** "Interpreting an event stream": the data buffer, and the dispatch. */
export const data: readonly Vector[] = [
  vector("two data lines are joined by LF", "data: a\ndata: b\n\n", [event("a\nb")]),
  vector("an empty data line between two is an empty line", "data: a\ndata\ndata: b\n\n", [event("a\n\nb")]),
  vector("one empty data line is an event with empty data", "data\n\n", [event("")]),
  vector("one empty data line with a colon is an event with empty data", "data:\n\n", [event("")]),
  vector("two empty data lines are one LF", "data\ndata\n\n", [event("\n")]),
  vector("three empty data lines are two LFs", "data\ndata:\ndata: \n\n", [event("\n\n")]),
  vector("an empty last data line leaves an LF at the end", "data: a\ndata\n\n", [event("a\n")]),
  vector("two empty last data lines leave two LFs at the end", "data: a\ndata\ndata\n\n", [event("a\n\n")]),
  vector("an empty first data line leaves an LF at the start", "data\ndata: a\n\n", [event("\na")]),
  vector("empty last data lines with CRLF leave LFs", "data: a\r\ndata\r\ndata:\r\n\r\n", [event("a\n\n")]),
  vector("empty last data lines with CR leave LFs", "data: a\rdata\rdata:\r\r", [event("a\n\n")]),
  vector("a block without data is no event", "event: t\n\n", []),
  vector("a type of a block without data is forgotten", "event: t\n\ndata: a\n\n", [event("a")]),
  vector("a type of an event is forgotten after it", "event: t\ndata: a\n\ndata: b\n\n", [
    event("a", { type: "t" }),
    event("b"),
  ]),
  vector("data of an event is forgotten after it", "data: a\n\ndata: b\n\n", [event("a"), event("b")]),
  vector("data of an event is not repeated by a block without data", "data: a\n\nevent: t\n\n", [event("a")]),
  vector("a blank line after an event repeats nothing", "data: a\n\n\n\n", [event("a")]),
  vector("data lines join around comments", "data: a\n: x\ndata: b\n\n", [comment("x"), event("a\nb")]),
  vector("data lines join around ids", "data: a\nid: 1\ndata: b\n\n", [
    committed("1"),
    event("a\nb", { id: "1" }),
  ]),
  vector("data lines join around retries", "data: a\nretry: 3\ndata: b\n\n", [retry(3), event("a\nb")]),
  vector("data lines join around unknown fields", "data: a\nfoo\nbar: 1\ndata: b\n\n", [event("a\nb")]),
  vector("data may hold NULs", "data: \0\ndata: a\0\n\n", [event("\0\na\0")]),
  vector("data may hold every ASCII control but CR and LF", `data: ${controls()}\n\n`, [event(controls())]),
  vector("data may be only spaces", "data:    \ndata:  \n\n", [event("   \n ")]),
  vector("data may be [DONE]", "data: [DONE]\n\n", [event("[DONE]")]),
  vector("data may be a written-out escape", 'data: "\\u000a\\ud83d"\n\n', [event('"\\u000a\\ud83d"')]),
  vector(
    "ten events in one stream keep their order",
    tenEvents(),
    [..."0123456789"].map((digit) => event(digit)),
  ),
  vector("data lines of JSON over several lines are its lines", 'data: {\ndata:   "a": 1\ndata: }\n\n', [
    event('{\n  "a": 1\n}'),
  ]),
  vector("an event of data with a colon only and one without", "data:\ndata\n\n", [event("\n")]),
  vector("data with a CRLF blank line after LF lines", "data: a\ndata: b\n\r\ndata: c\n\n", [
    event("a\nb"),
    event("c"),
  ]),
  vector("data that ends with a space and a colon", "data: a :\n\n", [event("a :")]),
  vector("an empty event between two full ones", "data: a\n\ndata\n\ndata: b\n\n", [
    event("a"),
    event(""),
    event("b"),
  ]),
];

function controls(): string {
  return Array.from({ length: 32 }, (_, code) => String.fromCharCode(code))
    .filter((character) => character !== "\r" && character !== "\n")
    .join("");
}

function tenEvents(): string {
  return [..."0123456789"].map((digit) => `data: ${digit}\n\n`).join("");
}
