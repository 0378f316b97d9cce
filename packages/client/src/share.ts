export type { Transport } from "./options.ts";
export { type ShareOptions, share } from "./share/share.ts";
