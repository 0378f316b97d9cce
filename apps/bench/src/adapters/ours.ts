import * as protocol from "@sse/protocol";
import type { Adapter } from "./adapter.ts";
import { protocolAdapter } from "./protocol.ts";

const adapter: Adapter = protocolAdapter(protocol);
export default adapter;
