import type { Position } from "./backplane/message.ts";

const GRAMMAR = /^([A-Za-z0-9_-]{1,64})\.(0|[1-9][0-9]{0,15})$/;

/** `<epoch>.<offset>`. PROTOCOL.md, section 4. */
export function formatPosition({ epoch, offset }: Position): string {
  return `${epoch}.${offset}`;
}

/** What a client came back with, strictly: `undefined` for anything that is no position. */
export function parsePosition(id: string): Position | undefined {
  const [, epoch, digits] = GRAMMAR.exec(id) ?? [];
  const offset = Number(digits);
  return epoch !== undefined && Number.isSafeInteger(offset) ? { epoch, offset } : undefined;
}
