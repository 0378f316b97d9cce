/** The three ways into the client. */
export type Face = "EventSource" | "connect" | "request";
export const FACES = ["EventSource", "connect", "request"] as const satisfies readonly Face[];

/** All that a row can say of a face. A page for people explains each; the checker derives them from what it saw. */
export const WORDS = {
  "all, once, in order": "Every event came once and in order, over one connection.",
  "comes back; all, once, in order": "It reconnected by itself, and every event came once and in order.",
  "comes back as asked; all, once, in order":
    "The same, and it did not come before the time that the server had named.",
  "comes back; gap told, then the rest": "Events are missing: it was told before the first one after them.",
  "retries, backing off": "It comes back for as long as it takes, and waits longer and longer.",
  "retries, at the least wait": "It comes back, never before the least wait that it keeps.",
  "a thousand times, once for each wait":
    "It comes back for as long as it takes: one request a wait, never more.",
  finished: "It is over without an error, and it does not come back.",
  "ends early, not told":
    "A cut that looks like the end. Nothing tells, unless the contract says what the end is.",
  "one event left out, told": "All other events came; `onIssue` heard of the one that did not.",
  "one id not taken, told": "Every event came; `onIssue` heard of the id that cannot be sent back.",
  "reads no further":
    "It took what one read brought, then left the rest to the socket, which stops the server.",
  "all, once, in order; each error is reported":
    "The handler's errors are told, and the stream is not touched.",
  "waits a minute": "It comes back after a minute, and a random time.",
  "waits as long as a timer can": "It obeys, up to 2^31 - 1 ms.",
  "exits when closed": "A Node process ends once all is closed.",
  "exits when closed, stays while waiting":
    "A Node process ends once all is closed, and lives while a reconnection is pending.",
} as const;

export type Word = keyof typeof WORDS;

/**
 * What a face makes of a fault. "fails: code": the events before came once and in order, then the error with that
 * code.
 */
export type Outcome = Word | `fails: ${string}` | `does not apply: ${string}`;
