import type { Site } from "./site.ts";
import type { WatchOptions } from "./watch.ts";
import type { Face, Outcome } from "./words.ts";

/** What is common to all rows. */
interface Row {
  /** What happened, as somebody would say it. */
  readonly name: string;
  /** What the client does about it, in a sentence. */
  readonly does: string;
  /** What each face's user sees. */
  readonly sees: Readonly<Record<Face, Outcome>>;
}

/** A row in which a face reads a broken stream. */
export interface StreamFault extends Row {
  /** One trial each; all have to come out the same. Default: one. */
  readonly variants?: () => Promise<readonly number[]>;
  open(variant: number): Promise<Site>;
  readonly options?: WatchOptions | ((site: Site, face: Face) => WatchOptions);
  /** Whether one attempt is several requests. */
  readonly redirects?: boolean;
  /** The least wait: what the server asked for, or what the client keeps, in milliseconds. */
  readonly leastMs?: number;
}

/** A row that needs eyes of its own. */
export interface OwnFault extends Row {
  observe(face: Face): Promise<string>;
}

export type Fault = StreamFault | OwnFault;
