import { defineEvents, json } from "@sse/protocol";
import { expectTypeOf, test } from "vitest";
import { connect } from "../connect.ts";
import { EventSource } from "../event-source.ts";
import type { Transport } from "../options.ts";
import { request } from "../request.ts";
import { share } from "./share.ts";

const market = defineEvents({ tick: json<{ price: number }>() });

test("a shared subscription has the types of any other", () => {
  const shared = connect(market, "/", { transport: share({ key: "market:ada" }) });
  expectTypeOf(shared).toEqualTypeOf(connect(market, "/"));
  expectTypeOf(connect<typeof market>("/", { transport: share({ key: "k" }) })).toEqualTypeOf(
    connect<typeof market>("/"),
  );
  expectTypeOf(share).returns.toEqualTypeOf<Transport>();
});

test("a key is needed, a transport comes from share alone, and neither a request nor an EventSource has one", () => {
  // @ts-expect-error the key is missing
  share({});
  // @ts-expect-error not a transport
  connect(market, "/", { transport: {} });
  // @ts-expect-error one request is not shared
  request(market, "/", { transport: share({ key: "k" }) });
  // @ts-expect-error the standard's face has a connection of its own
  new EventSource("/", { transport: share({ key: "k" }) });
});
