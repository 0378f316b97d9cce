import { expect, test } from "vitest";
import { isEventStream } from "./response-error.ts";

const yes = [
  "text/event-stream",
  "TEXT/EVENT-STREAM",
  "text/event-stream;charset=utf-8",
  "text/event-stream ; charset=utf-8",
  "\ttext/event-stream",
  "text/event-stream;",
  'text/html;x="a,b", text/event-stream',
  "text/event-stream, */*",
  "text/event-stream, nonsense",
];
const no = [
  null,
  "",
  "text/event-stream text/html",
  "text/event-streams",
  "text/event-stream, text/html",
  'text/html;x=", text/event-stream"',
  "event-stream",
  "text /event-stream",
];

for (const type of yes)
  test(`${JSON.stringify(type)} is the event stream`, () => expect(isEventStream(type)).toBe(true));
for (const type of no) test(`${JSON.stringify(type)} is not`, () => expect(isEventStream(type)).toBe(false));
