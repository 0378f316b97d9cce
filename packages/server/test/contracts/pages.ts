import type { Backplane, ReplayPage } from "../../src/backplane/backplane.ts";
import type { Position } from "../../src/backplane/message.ts";

/** What a connection on the channel "a" reads from a position to the head, page by page; fails where it would not end. */
export async function pagesOf(log: Backplane, after: Position, head: number): Promise<ReplayPage[]> {
  const pages: ReplayPage[] = [];
  for (let at = after; at.offset < head; ) {
    const page = await log.replay(at, ["a"], 1_000_000);
    pages.push(page);
    if (page.upTo.offset <= at.offset) throw new Error(`The page after ${at.offset} leads nowhere.`);
    at = page.upTo;
  }
  return pages;
}
