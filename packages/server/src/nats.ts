/// <reference lib="esnext.disposable" preserve="true" />
export { type NatsBackplaneOptions, natsBackplane } from "./backplane/nats-backplane.ts";
export type { NatsConnection } from "./backplane/nats-stream.ts";
