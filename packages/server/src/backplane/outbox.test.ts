import { BackplaneError } from "@sse/protocol";
import { expect, test } from "vitest";
import { eventually } from "../../test/support/serve.ts";
import type { Position } from "./message.ts";
import { type Letter, Outbox } from "./outbox.ts";

const letter = (payload: string): Letter => ({
  message: { channel: "a", payload, key: undefined, end: false },
  idempotencyKey: undefined,
  bytes: payload.length,
});
const uncertain = (error: unknown): unknown => (error instanceof BackplaneError ? error.uncertain : error);

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
