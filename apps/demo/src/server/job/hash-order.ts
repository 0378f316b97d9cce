import type { Pace } from "../../contract.ts";

/** What the hashing thread is given. */
export interface HashOrder {
  /** An absolute path. */
  readonly folder: string;
  /** The file of digests to go on with. */
  readonly output: string;
  readonly paceMBps: Pace;
}

/** What the hashing thread says, in this order. */
export type HashReport =
  | { readonly kind: "counted"; readonly files: number; readonly bytes: number }
  | {
      readonly kind: "progress";
      readonly files: number;
      readonly bytes: number;
      readonly file: string;
      readonly sha256: string;
    }
  | { readonly kind: "done" };
