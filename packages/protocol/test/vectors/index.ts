import { byteOrderMark } from "./byte-order-mark.ts";
import { comments } from "./comments.ts";
import { data } from "./data.ts";
import { endings } from "./endings.ts";
import { fields } from "./fields.ts";
import { ids } from "./ids.ts";
import { lineEnds } from "./line-ends.ts";
import { retries } from "./retries.ts";
import { sizes } from "./sizes.ts";
import { types } from "./types.ts";
import { utf8 } from "./utf8.ts";
import type { Vector } from "./vector.ts";

/** All vectors, by the clause that they test. */
export const vectors: Readonly<Record<string, readonly Vector[]>> = {
  "the byte order mark": byteOrderMark,
  "line ends": lineEnds,
  "fields and values": fields,
  "data and dispatch": data,
  "the last event ID": ids,
  "the event type": types,
  "the reconnection time": retries,
  comments,
  "UTF-8": utf8,
  "the end of the stream": endings,
  "long and many": sizes,
};
