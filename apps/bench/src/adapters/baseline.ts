import { pathToFileURL } from "node:url";
import type { Adapter } from "./adapter.ts";
import { protocolAdapter } from "./protocol.ts";

/** Another build of ours, named by `--baseline`: is a change faster than what was there before? */
const path = process.env.SSE_BENCH_BASELINE;
if (path === undefined) throw new Error("--baseline names the index.js of the other build.");
const adapter: Adapter = protocolAdapter(await import(pathToFileURL(path).href));
export default adapter;
