import { connect } from "@sse/client";
import { channelName, numbers } from "./contract.ts";
import { job, send } from "./job.ts";
import type { ClientsJob, ClientsReport, ToClients } from "./messages.ts";
import { Witness } from "./witness.ts";

// A process with many clients of ours, each with an oracle beside it.
const { url, clients, channels, channelsPerClient } = job<ClientsJob>();
const problems: string[] = [];
const witnesses: Witness[] = [];
let expected: ReadonlyMap<string, number> | undefined;
let open = 0;

for (let index = 0; index < clients; index++) {
  const names = Array.from({ length: channelsPerClient }, (_, k) =>
    channelName((index * channelsPerClient + k) % channels),
  );
  const witness = new Witness(`client ${index}`, names, (text) => problems.push(text));
  witnesses.push(witness);
  watch(follow(names), witness, index);
}

function follow(names: readonly string[]) {
  const target = new URL(url);
  target.searchParams.set("channels", names.join(","));
  // As an impatient application sets it, so that a short run has many reconnections.
  return connect(numbers, target, { reconnect: { minDelayMs: 100, maxDelayMs: 1000 } });
}

function watch(subscription: ReturnType<typeof follow>, witness: Witness, index: number): void {
  let isNew = true;
  subscription.on("n", ({ data, lastEventId }) => witness.saw(data.channel, data.n, lastEventId));
  subscription.on("sse.gap", ({ data, lastEventId }) => witness.gap(data.from, data.reason, lastEventId));
  subscription.onStateChange(({ status }) => {
    if (status !== "open" || !isNew) return;
    isNew = false;
    if (++open === clients) send("open");
  });
  void subscription.closed.then((reason) => problems.push(`client ${index} ended: ${reason}`));
}

process.on("message", (message: ToClients) => {
  if (message !== "count") {
    expected = new Map(message.expect.map((n, index) => [channelName(index), n]));
  }
  send(report());
});

// Whoever started this is gone.
process.on("disconnect", () => process.exit(0));

function report(): ClientsReport {
  const all = expected;
  const waiting = all === undefined ? [] : witnesses.flatMap((each) => each.missing(all));
  return {
    events: witnesses.reduce((sum, { events }) => sum + events, 0),
    gaps: witnesses.map(({ gaps }) => gaps),
    longestSilenceMs: Math.round(Math.max(...witnesses.map((each) => each.longestSilenceMs))),
    problems,
    complete: all !== undefined && waiting.length === 0,
    waiting: waiting.slice(0, 10),
    rssBytes: process.memoryUsage.rss(),
  };
}
