import { comment, committed, type Entry, event } from "../observation.ts";
import { cut, type Vector, vector } from "./vector.ts";

const LONG = "0123456789abcdef".repeat(300);
const LONG_WIDE = "aé€😀".repeat(450);

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Long lines and many lines: the sizes at which a parser begins to work in another way. */
export const sizes: readonly Vector[] = [
  vector("a data line of 4,800 bytes", `data: ${LONG}\n\n`, [event(LONG)]),
  vector("a data line of 4,500 bytes in characters of all lengths", `data: ${LONG_WIDE}\n\n`, [
    event(LONG_WIDE),
  ]),
  vector("a data line of 4,800 bytes with CRLF", `data: ${LONG}\r\n\r\n`, [event(LONG)]),
  vector("a data line of 4,800 bytes with CR", `data: ${LONG}\r\r`, [event(LONG)]),
  vector("a comment of 4,800 bytes", `: ${LONG}\n\n`, [comment(LONG)]),
  vector("an unknown field of 4,800 bytes", `x${LONG}: a\ndata: a\n\n`, [event("a")]),
  vector("an event between two long ones", `data: ${LONG}\n\ndata: a\n\ndata: ${LONG}\n\n`, [
    event(LONG),
    event("a"),
    event(LONG),
  ]),
  vector("a type of 2,400 bytes", `event: ${LONG.slice(2400)}\ndata: a\n\n`, [
    event("a", { type: LONG.slice(2400) }),
  ]),
  vector("300 data lines", `${"data: 0123456789\n".repeat(300)}\n`, [
    event(times(300, () => "0123456789").join("\n")),
  ]),
  vector("400 empty data lines", `${"data\n".repeat(400)}\n`, [event("\n".repeat(399))]),
  vector(
    "200 events with an id",
    times(200, (index) => `id: ${index}\ndata: é${index}\n\n`).join(""),
    times(200, (index): readonly Entry[] => [
      committed(String(index)),
      event(`é${index}`, { id: String(index) }),
    ]).flat(),
  ),
  vector("400 heartbeats and an event", `${":\n\n".repeat(400)}data: a\n\n`, [
    ...times(400, () => comment("")),
    event("a"),
  ]),
  vector("4,200 blank lines and an event", `${"\n".repeat(4200)}data: a\n\n`, [event("a")]),
  vector("2,000 blank CRLF lines and an event", `${"\r\n".repeat(2000)}data: a\r\n\r\n`, [event("a")]),
  cut("a data line of 4,800 bytes without its end", `data: ${LONG}`, []),
  ...[29, 30, 31, 32, 33, 62, 63, 64, 65, 66, 127, 128, 129].map((length) =>
    vector(`a stream with data of ${length} bytes`, `data: ${"x".repeat(length)}\n\ndata: y\n\n`, [
      event("x".repeat(length)),
      event("y"),
    ]),
  ),
];
