import type { ServerResponse } from "node:http";
import { constants, gzipSync } from "node:zlib";
import type { Fault } from "./fault.ts";
import { type Answer, bodyOf, handwritten, idOf, type Site, site, stream } from "./site.ts";
import type { Outcome } from "./words.ts";

// Where the answer leads to, and what stands in it.

const ONCE = "all, once, in order";
const AGAIN = "comes back; all, once, in order";
const NO_ID = "one id not taken, told";

function sees(eventSource: Outcome, connect: Outcome, request: Outcome) {
  return { EventSource: eventSource, connect, request };
}

function redirect(to: (url: URL) => string, status = 302): Answer {
  return (request, response) => {
    const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
    response.writeHead(status, { location: to(url) }).end();
  };
}

/** A site whose first page redirects to the stream of another one. */
async function leaving(): Promise<Site> {
  const other = await site(stream);
  const here = await site(redirect(() => other.url));
  return {
    ...here,
    close: async () => {
      await here.close();
      await other.close();
    },
  };
}

/** A site that looks encrypted to the client: something in front of it takes the encryption off. */
async function encrypted(answer: Answer): Promise<Site> {
  const plain = await site(answer);
  return { ...plain, url: plain.url.replace("http:", "https:") };
}
const throughTls = (request: Request) => fetch(new Request(request.url.replace("https:", "http:"), request));

function write(...lines: readonly string[]): Answer {
  return (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(lines.map((line) => `${line}\n`).join(""));
  };
}

/** A whole stream whose second event has another id. */
function withSecondId(id: string): Answer {
  return write(
    ": sse=1",
    ...[idOf(1), id, idOf(3)].flatMap((each, at) => [`id: ${each}`, "event: n", `data: ${at + 1}`, ""]),
    ...["event: sse.end", "id: sse.end", "data", ""],
  );
}

const FIRST_ZIPPED_LINE = 20;

const ZIPPED = { "content-type": "text/event-stream", "content-encoding": "gzip" };

function zipped(cut: number): Answer {
  return (request, response, nth) => {
    const body = gzipSync(bodyOf(request, "\n"));
    response.writeHead(200, ZIPPED);
    response.end(nth === 0 ? body.subarray(0, cut) : body);
  };
}

/** One whole event, without the end that a compressed body has. */
const zippedEvent: Answer = (_, response) => {
  const flushed = { finishFlush: constants.Z_SYNC_FLUSH };
  response.writeHead(200, ZIPPED).end(gzipSync("event: n\ndata: 1\n\n", flushed));
};

function endless(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write("data: ");
  const more = (): void => {
    while (!response.destroyed && response.write("x".repeat(65_536)));
    response.once("drain", more);
  };
  more();
}

export const contents: readonly Fault[] = [
  {
    name: "a redirect within the origin",
    redirects: true,
    does: "Follows it. The next reconnection asks the first URL again.",
    sees: sees(ONCE, ONCE, ONCE),
    open: () =>
      site((request, response, nth) =>
        (request.url === "/" ? redirect((url) => `${url.origin}/there`) : stream)(request, response, nth),
      ),
  },
  {
    name: "a redirect to another origin",
    redirects: true,
    does: 'Refuses it, so that nothing goes where it was not meant to; `redirects: "follow"` allows it. An `EventSource` follows, as the standard says.',
    sees: sees(ONCE, "fails: cross-origin-redirect", "fails: cross-origin-redirect"),
    open: leaving,
  },
  {
    name: "a redirect from https to http",
    redirects: true,
    does: "Refuses it, whatever `redirects` is.",
    sees: sees(
      "does not apply: redirects are the affair of `fetch`",
      "fails: cross-origin-redirect",
      "fails: cross-origin-redirect",
    ),
    open: () => encrypted(redirect((url) => url.href)),
    options: { redirects: "follow", fetch: throughTls },
  },
  {
    name: "a redirect to itself",
    redirects: true,
    does: "Gives up after 20. For the standard it is a network error, after which an `EventSource` comes back.",
    sees: sees("retries, backing off", "fails: too-many-redirects", "fails: too-many-redirects"),
    open: () => site(redirect((url) => url.href)),
    options: { reconnect: { minDelayMs: 2, maxDelayMs: 512, reconnectionTimeMs: 0 }, enough: 14 },
  },
  {
    name: "a compressed stream that ends too early, at any byte",
    does: "Comes back with the last event ID that it received.",
    sees: sees(AGAIN, AGAIN, "fails: truncated"),
    variants: async () => Array.from({ length: 60 }, (_, at) => at + FIRST_ZIPPED_LINE),
    open: (cut) => site(zipped(cut)),
  },
  {
    name: "the same right after an event, from a server that does not say when a stream is finished",
    does: "Known gap: the `fetch` of Node takes a compressed body that was cut for a whole one. Where the contract has an `end` or a `done`, or the request `until`, a request fails with `truncated`.",
    sees: sees("does not apply: as above", "does not apply: as above", "ends early, not told"),
    open: () => site(zippedEvent),
  },
  {
    name: "a stream that has neither length nor chunks, closed after an event, from such a server",
    does: "Known gap: the close is how such a stream ends, so nothing tells a cut from it; the `fetch` of Node and Bun takes a reset for it, too. `end`, `done` and `until` tell here as well.",
    sees: sees("does not apply: as above", "does not apply: as above", "ends early, not told"),
    open: () =>
      site(({ socket }) => {
        const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        socket.end(`${head}event: n\ndata: 1\n\n`);
      }),
  },
  {
    name: "a line that never ends",
    does: "Stops reading at `maxEventBytes`, and stays away, since it would come again.",
    sees: sees("fails: limit-exceeded", "fails: limit-exceeded", "fails: limit-exceeded"),
    open: () => site((_, response) => endless(response)),
    options: { maxEventBytes: 100_000 },
  },
  {
    name: "`retry: 0`, and the stream ends, again and again",
    does: "`connect` keeps at least a second. An `EventSource` obeys, but asks ten times a second at most, and waits longer and longer while nothing comes.",
    sees: sees("retries, backing off", "retries, at the least wait", "fails: truncated"),
    open: () => site(write(": sse=1", "retry: 0", "")),
    options: (_, face) => ({
      reconnect: { minDelayMs: 2, maxDelayMs: 512, reconnectionTimeMs: 0 },
      enough: face === "connect" ? 3 : 14,
    }),
    leastMs: 1000,
  },
  {
    name: "an id beyond ASCII (`id: 日本`), then a cut",
    does: "Sends the id back as UTF-8.",
    sees: sees(AGAIN, AGAIN, "fails: truncated"),
    open: () =>
      site((request, response, nth) => {
        if (nth === 0) return write(": sse=1", "id: 日本", "event: n", "data: 1", "")(request, response, nth);
        const id = Buffer.from(String(request.headers["last-event-id"]), "latin1").toString();
        const rest = id === "日本" ? ["event: n", "data: 2", "", "event: n", "data: 3", ""] : [];
        const end = ["event: sse.end", "id: sse.end", "data", ""];
        return write(": sse=1", ...rest, ...end)(request, response, nth);
      }),
  },
  {
    name: "an id of 20,000 characters",
    does: "Takes the event and not the id, which no header can carry.",
    sees: sees(NO_ID, NO_ID, NO_ID),
    open: () => site(withSecondId("x".repeat(20_000))),
  },
  {
    name: "an id with NUL in it",
    does: "Takes the event and not the id, as the standard says.",
    sees: sees(ONCE, ONCE, ONCE),
    open: () => site(withSecondId("a\0b")),
  },
  {
    name: "an id with another control character in it",
    does: "Takes the event and not the id, which servers and `fetch` refuse in a header.",
    sees: sees(NO_ID, NO_ID, NO_ID),
    open: () => site(withSecondId("a\x01b")),
  },
  {
    name: "data that does not fit the contract",
    does: "Leaves the event out. A request, which wants all of one answer, fails.",
    sees: sees("one event left out, told", "one event left out, told", "fails: invalid-data"),
    open: () =>
      site((request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.end(bodyOf(request, "\n").replace("data: 2", "data: {"));
      }),
  },
  {
    name: "another server's stream ends cleanly, and the next answer is 204",
    does: "Comes back, since nothing said that it was finished; 204 says so. For a request the end of the answer is the end.",
    sees: sees("fails: response-refused", "finished", ONCE),
    open: () => {
      const plain = handwritten("\n", { profile: false });
      return site((request, response, nth) =>
        nth === 0 ? plain(request, response, nth) : response.writeHead(204).end(),
      );
    },
  },
];
