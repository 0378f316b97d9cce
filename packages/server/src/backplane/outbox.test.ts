import { BackplaneError } from "@sse/protocol";
import { afterEach, expect, test, vi } from "vitest";
import { eventually } from "../../test/support/serve.ts";
import type { Position } from "./message.ts";
import { type Letter, Outbox, RetryableError, UnansweredError } from "./outbox.ts";

const letter = (payload: string): Letter => ({
  message: { channel: "a", payload, key: undefined, end: false },
  idempotencyKey: undefined,
  bytes: payload.length,
});
const uncertain = (error: unknown): unknown => (error instanceof BackplaneError ? error.uncertain : error);

afterEach(() => {
  vi.useRealTimers();
});

test("close says of what is with the store that nobody knows, and of what still waits that it was not logged", async () => {
  let isSent = false;
  const outbox = new Outbox({
    timeoutMs: 5_000,
    send: (_number, take) => {
      isSent = take().length > 0;
      return new Promise<Position[]>(() => {});
    },
  });
  const sent = outbox.add(letter("sent")).catch(uncertain);
  await eventually(() => isSent);
  const waiting = outbox.add(letter("waiting")).catch(uncertain);
  outbox.close();
  expect(await Promise.all([sent, waiting])).toEqual([true, false]);
});

test("a refusal of one event takes nothing from the others of its batch", async () => {
  const outbox = new Outbox({
    timeoutMs: 5_000,
    send: async (_number, take) =>
      take().map(({ message }, index) =>
        message.payload === "large" ? new Error("too large") : { epoch: "e", offset: index + 1 },
      ),
  });
  const small = outbox.add(letter("small"));
  const large = outbox.add(letter("large")).catch(uncertain);
  expect(await small).toEqual({ epoch: "e", offset: 1 });
  expect(await large).toBe(false);
  outbox.close();
});

test("what was rejected for certain is not sent any more, and the rejection says what was in the way", async () => {
  const sent: string[][] = [];
  let refuses = true;
  const outbox = new Outbox({
    timeoutMs: 200,
    send: async (_number, take) => {
      const letters = take();
      sent.push(letters.map(({ message }) => message.payload));
      if (refuses) throw new RetryableError(false, new Error("LOADING the dataset"));
      return letters.map((_, index) => ({ epoch: "e", offset: index + 1 }));
    },
  });
  const early = outbox.add(letter("early")).catch((error: unknown) => error);
  await eventually(() => sent.length > 0);
  expect(await early).toMatchObject({ uncertain: false, message: expect.stringContaining("LOADING") });
  refuses = false;
  const before = sent.length;
  expect(await outbox.add(letter("late"))).toEqual({ epoch: "e", offset: 1 });
  expect(sent.slice(before).flat()).toEqual(["late"]);
  outbox.close();
});

test("an event of a batch that was rejected for certain is left out when the batch is sent again", async () => {
  vi.useFakeTimers();
  const sent: string[][] = [];
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  let refuses = true;
  const outbox = new Outbox({
    timeoutMs: 1_000,
    send: async (number, take) => {
      const letters = take();
      if (number === 1) await gate;
      else sent.push(letters.map(({ message }) => message.payload));
      if (number > 1 && refuses) throw new RetryableError(false, new Error("not yet"));
      return letters.map((_, index) => ({ epoch: "e", offset: index + 1 }));
    },
  });
  const blocker = outbox.add(letter("0"));
  const first = outbox.add(letter("1")).catch(uncertain);
  await vi.advanceTimersByTimeAsync(20); // the first is on its way, and the others are one batch
  const early = outbox.add(letter("early")).catch(uncertain);
  await vi.advanceTimersByTimeAsync(700); // between two deadlines
  const late = outbox.add(letter("late"));
  open();
  await Promise.all([blocker, first]);
  await vi.advanceTimersByTimeAsync(200);
  expect(sent).toContainEqual(["early", "late"]);
  await vi.advanceTimersByTimeAsync(200);
  expect(await early).toBe(false);
  refuses = false;
  await vi.advanceTimersByTimeAsync(500);
  expect(await late).toEqual({ epoch: "e", offset: 1 });
  expect(sent.at(-1)).toEqual(["late"]);
  outbox.close();
});

test("of what nobody will answer any more, it is not known whether it was logged", async () => {
  const outbox = new Outbox({
    timeoutMs: 5_000,
    send: async (_number, take) => take().map(() => new UnansweredError("connection closed")),
  });
  await expect(outbox.add(letter("x"))).rejects.toMatchObject({
    uncertain: true,
    message: expect.stringContaining("connection closed"),
  });
  outbox.close();
});
