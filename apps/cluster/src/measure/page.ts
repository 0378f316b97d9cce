import type { Flood, StoreFigures } from "./measure.ts";

export interface StoresResult {
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly seconds: number;
  readonly stores: readonly StoreFigures[];
}

/** docs/benchmarks-stores.md, whole. */
export function pageOf({ date, machine, node, seconds, stores }: StoresResult): string {
  return `# Benchmarks of the stores

What the log costs in each place it can be. \`npm run bench:stores\` measures anew, in about four minutes, and writes this page from \`apps/cluster/results/stores.json\`. [Scaling](scaling.md) says which store is for whom.

- ${machine}; Node ${node}; ${date}; ${seconds} s a figure. Redis 7 and NATS 2.9 as Debian has them, on the same machine over TCP: everything below shares these two cores, so that a store, a publisher and a server of their own machines each get further.
- Redis keeps its log in memory here, NATS its stream in a file, SQLite synchronizes the disk before it answers.
- An event is about 200 bytes. Memory and SQLite publish and serve in one process; with Redis and NATS one process publishes, another serves.

## As fast as it goes

To one connection, 256 publishes under way at a time; to a thousand, batches of 400, each when all have the one before. Events a second, and µs of processor time for each published event.

|  | to one connection | publisher | server | store | to 1,000 connections | deliveries/s | publisher | server | store |
| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |
${stores.map(floodRow).join("\n")}

## How late

100 events a second to 100 connections: milliseconds from the call of \`publish\` to the event at the first client's socket.

|  | p50 | p99 |
| --- | --: | --: |
${stores.map(({ store, latencyMs }) => `| ${store} | ${latencyMs.p50.toFixed(1)} | ${latencyMs.p99.toFixed(1)} |`).join("\n")}

## A thousand clients come back at once

Each with its last event ID, 200 events ago: from the first dial until everybody has everything.

|  | ms | events replayed a second |
| --- | --: | --: |
${stores.map(({ store, replay }) => `| ${store} | ${whole(replay.tookMs)} | ${whole(replay.eventsPerSecond)} |`).join("\n")}

## From one server process to four

1,000 events a second, one connection a process: µs of processor time for each published event, of all server processes together and of the store. What grows with the processes is reading the log; a server's share of the fan-out is in [the server's benchmarks](benchmarks-server.md).

|  | processes | servers | store |
| --- | --: | --: | --: |
${stores.flatMap(spreadRows).join("\n")}
`;
}

function floodRow({ store, oneConnection, manyConnections }: StoreFigures): string {
  const costs = (flood: Flood): string[] => [us(flood.publisherUs), us(flood.serverUs), us(flood.storeUs)];
  const cells = [
    store,
    whole(oneConnection.eventsPerSecond),
    ...costs(oneConnection),
    whole(manyConnections.eventsPerSecond),
    whole(manyConnections.eventsPerSecond * 1000),
    ...costs(manyConnections),
  ];
  return `| ${cells.join(" | ")} |`;
}

function spreadRows({ store, processes }: StoreFigures): string[] {
  return processes.map(
    (each) => `| ${store} | ${each.servers} | ${us(each.serversUs)} | ${us(each.storeUs)} |`,
  );
}

function us(value: number | undefined): string {
  return value === undefined ? "–" : value.toFixed(1);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
