import type { Message } from "./message.ts";

/** A value's type, a pattern for a word, the shape of a list's items, or fields. */
type Shape = string | RegExp | readonly [Shape] | { readonly [name: string]: Shape };

const lead = { epoch: "number" };
const place = { ...lead, seq: "number", at: "string" };
const frames = [{ ...place, type: "string", data: "string", lastEventId: "string" }] as const;
// An error is shown and not acted upon.
const state = {
  status: /^(connecting|open|waiting|closed)$/,
  reason: /^(closed|ended|stopped|failed|undefined)$/,
};
const join = { ...place, question: "string", ordered: "boolean" };
const KINDS: Readonly<Record<string, Shape>> = {
  lead,
  join,
  sync: { ...join, catchUp: "string", frames, streamAt: "string", state },
  news: { ...lead, frames, ordered: "boolean" },
  state: { ...lead, state },
  ping: {},
  pong: lead,
};
/** Far beyond every clock, and still a number that has a next one. */
const MAX_EPOCH = 1e15;

/** Whether this is a message of ours: any script of the origin can write to the channel, by mistake or not. */
export function isMessage(data: unknown): data is Message {
  const { kind, epoch } = Object(data);
  return Object.hasOwn(KINDS, kind) && !(epoch >= MAX_EPOCH) && fits(data, KINDS[kind] ?? "");
}

function fits(value: unknown, shape: Shape): boolean {
  if (typeof shape === "string") return typeof value === shape;
  if (shape instanceof RegExp) return typeof value !== "object" && shape.test(String(value));
  if (Array.isArray(shape)) return Array.isArray(value) && value.every((item) => fits(item, shape[0]));
  const fields = Object(value);
  return Object.entries(shape).every(([name, field]) => fits(fields[name], field));
}
