import { type Check, check } from "../bench.ts";

export const closing: readonly Check[] = [
  check(
    "close() is CLOSED at once, in every state, and once more changes nothing",
    async (at) => {
      const early = at.open(at.play({ end: "hold" }));
      early.close();
      const source = at.open(at.play({ end: "hold" }));
      const states = [source.readyState];
      await new Promise<void>((resolve) => {
        source.onopen = () => {
          states.push(source.readyState);
          source.close();
          states.push(source.readyState);
          resolve();
        };
      });
      source.close();
      return [early.readyState, ...states, source.readyState];
    },
    [2, 0, 1, 2, 2],
  ),
  check(
    "close() fires nothing, and the server sees that the client is gone",
    async (at) => {
      const url = at.play({ body: "retry: 1\n\n", end: "hold" });
      const source = at.open(url);
      const heard: string[] = [];
      await at.next(source, "open");
      source.onerror = () => heard.push("error");
      source.close();
      await at.asked(url, 1, 1);
      return [...heard, source.readyState];
    },
    [2],
  ),
  check(
    "close() in a handler keeps back what came in the same piece",
    async (at) => {
      const url = at.play({ body: "data: a\n\ndata: b\n\n", end: "hold" });
      const source = at.open(url);
      const heard: string[] = [];
      source.onmessage = ({ data }) => {
        heard.push(data);
        source.close();
      };
      await at.asked(url, 1, 1);
      return heard;
    },
    ["a"],
  ),
  check(
    "close() in one listener does not keep the event from the next one",
    async (at) => {
      const source = at.open(at.play({ body: "data: a\n\n", end: "hold" }));
      const heard: string[] = [];
      source.addEventListener("message", () => source.close());
      source.addEventListener("message", () => heard.push("second"));
      await at.messages(source, 1);
      return [...heard, source.readyState];
    },
    ["second", 2],
  ),
  check(
    "close() in an error handler, while it is CONNECTING, keeps it from coming back",
    async (at) => {
      const url = at.play({ body: "retry: 1\n\n" }, { end: "hold" });
      const source = at.open(url);
      await new Promise<void>((resolve) => {
        source.onerror = () => {
          source.close();
          resolve();
        };
      });
      // A second source of the same age comes back; the first would have by then.
      const other = at.open(at.play({ body: "retry: 20\n\n" }, { body: "data: x\n\n", end: "hold" }));
      await at.messages(other, 1);
      return [source.readyState, (await at.asked(url)).length];
    },
    [2, 1],
  ),
  check(
    "a source that nobody keeps goes on while somebody listens",
    async (at) => {
      const got = new Promise((resolve) => {
        const url = at.play({ body: "retry: 30\ndata: 1\n\n" }, { body: "data: 2\n\n", end: "hold" });
        const source = new at.EventSource(url);
        source.onmessage = ({ data, target }) => {
          if (data !== "2") return;
          (target as EventSource).close();
          resolve(data);
        };
      });
      return got;
    },
    "2",
  ),
];
