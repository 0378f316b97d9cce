import type { BackplaneMessage } from "./message.ts";

/** What a message has beside its channel and its payload. */
type Facts = Omit<BackplaneMessage, "channel" | "payload">;

/** The rest of a message as text; "" where there is nothing unusual. Whatever else is added travels along. */
export function formatFacts({ channel, payload, ...facts }: BackplaneMessage): string {
  const { end, ...others } = facts;
  const text = JSON.stringify(end ? facts : others);
  return text === "{}" ? "" : text;
}

/** @throws SyntaxError for what `formatFacts` did not write */
export function parseFacts(text: string): Facts {
  const none: Facts = { key: undefined, end: false };
  if (text === "") return none;
  // Only backplanes of ours write into the log.
  return { ...none, ...(JSON.parse(text) as Partial<Facts>) };
}
