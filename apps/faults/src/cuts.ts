import type { Fault } from "./fault.ts";
import { chance } from "./proxy.ts";
import { type Answer, behind, bytesOf, stream } from "./site.ts";

// The connection itself breaks. Only the first one does, unless a row says otherwise.

const ONCE = "all, once, in order";
const AGAIN = "comes back; all, once, in order";

type Place = (bytes: Buffer, cut: number, body: number) => boolean;
const inHead: Place = (_, cut, body) => cut < body;
const inBody: Place = (_, cut, body) => cut >= body;
const inCharacter: Place = (bytes, cut) => ((bytes[cut] ?? 0) & 0xc0) === 0x80;
const inLineEnd: Place = (bytes, cut, body) => cut > body && bytes[cut - 1] === 13 && bytes[cut] === 10;

/** The places to cut, from the first byte to before the end of the last event. */
function places(isPlace: Place, answer: Answer = stream): () => Promise<readonly number[]> {
  return async () => {
    const bytes = await bytesOf(answer);
    const body = bytes.indexOf("\r\n\r\n") + 4;
    const end = bytes.indexOf("sse.end", body);
    return Array.from({ length: end }, (_, cut) => cut).filter((cut) => isPlace(bytes, cut, body));
  };
}

function cutOnce(how: "fin" | "rst", answer: Answer = stream) {
  return (cutAfter: number) => behind((nth) => (nth === 0 ? { cutAfter, how } : {}), answer);
}

const TRUNCATED = { EventSource: AGAIN, connect: AGAIN, request: "fails: truncated" } as const;
const UNOPENED = { EventSource: AGAIN, connect: AGAIN, request: "fails: connection-lost" } as const;
const does = "Comes back with the last event ID that it received.";

export const cuts: readonly Fault[] = [
  {
    name: "nothing goes wrong",
    does: "Reads to the end and stays away.",
    sees: { EventSource: ONCE, connect: ONCE, request: ONCE },
    open: () => behind(() => ({})),
  },
  ...(["fin", "rst"] as const).flatMap((how): Fault[] => {
    const by = how === "fin" ? "closed" : "reset";
    return [
      {
        name: `the connection is ${by} in the head of the answer, at any byte`,
        does: "Asks again. A request is never sent twice by itself.",
        sees: UNOPENED,
        variants: places(inHead),
        open: cutOnce(how),
      },
      {
        name: `the connection is ${by} in the stream, at any byte`,
        does,
        sees: TRUNCATED,
        variants: places(inBody),
        open: cutOnce(how),
      },
    ];
  }),
  {
    name: "every byte comes alone",
    does: "Reads on.",
    sees: { EventSource: ONCE, connect: ONCE, request: ONCE },
    open: () => behind(() => ({ dribble: true })),
  },
];
