import type { ContractOptions, EventContract, EventMap, Received, RejectReserved } from "./contract.ts";
import { DataCodec } from "./data.ts";

/**
 * Defines the event contract of a stream once, for both ends.
 *
 * @throws InvalidOptionError for a reserved event type (`sse.…`, `*`, `__proto__`), an event type that is no
 * SSE value, an entry that is neither a Standard Schema nor a codec, an `end` type that is not an event, or an
 * option that is not the string it should be.
 */
export function defineEvents<
  const M extends EventMap,
  By extends string = never,
  Done extends string = never,
  Id extends string = never,
>(
  events: M & RejectReserved<M>,
  options: ContractOptions<NoInfer<keyof M & string>, By, Done, Id> = {},
): EventContract<M, [By | Done | Id] extends [never] ? "fields" : "custom"> {
  const codec = new DataCodec<Received<M>>(events, options);
  return {
    events,
    // The types compute the same from the same options; TypeScript cannot follow.
    form: ((options.by ?? options.done ?? options.id) === undefined ? "fields" : "custom") as never,
    options,
    event(type, data, sendOptions) {
      codec.assertSendable(type);
      return { ...sendOptions, type, data };
    },
    "~codec": codec,
  };
}
