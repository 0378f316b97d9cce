import type { Received } from "../fan-out/messages.ts";
import type { DrainOutcome } from "./drain.ts";
import type { SlowOutcome } from "./slow.ts";

/** What has to hold whatever the machine is, as sentences that are not true; none is good. */
export function slowFailures(outcome: SlowOutcome): string[] {
  const { plan, before, during, after, flooded, growth, budget } = outcome;
  const everything = [before, during, after, flooded].every((received) => received.incomplete === 0);
  return [
    ...failed(everything, "Somebody who reads missed an event."),
    ...failed(growth <= budget + OVERHEAD_BYTES, `The server grew by ${megabytes(growth)}.`),
    ...POLICIES[plan.slowConsumer](outcome),
  ];
}

/** Only of a machine with nothing else to do, as well. */
export function slowness({ slowestPublishMs }: SlowOutcome): string[] {
  return failed(slowestPublishMs < 1000, `A publication took ${slowestPublishMs.toFixed(0)} ms.`);
}

/** Of the process itself: what 1,000 connections make it compile and collect. */
const OVERHEAD_BYTES = 48 * 2 ** 20;

const POLICIES = {
  disconnect: ({ plan, state, resumed }: SlowOutcome) => [
    ...failed(state.closed.slow === plan.stalled, `${state.closed.slow ?? 0} were cut as slow.`),
    ...failed(resumed.alive === 0, `${resumed.alive} of those who were cut did not see it.`),
  ],
  "drop-oldest": ({ plan, resumed }: SlowOutcome) => [
    ...failed(resumed.alive === plan.stalled, `${plan.stalled - resumed.alive} were cut.`),
    ...failed(resumed.gaps === plan.stalled, `${resumed.gaps} were told of a gap.`),
    ...failed(resumed.current === plan.stalled, `${resumed.current} have the newest event.`),
  ],
  latest: ({ plan, resumed, state }: SlowOutcome) => [
    ...failed(resumed.alive === plan.stalled, `${plan.stalled - resumed.alive} were cut.`),
    ...failed(resumed.gaps === 0, `${resumed.gaps} were told of a gap.`),
    ...failed(resumed.current === plan.stalled, `${resumed.current} have the newest event.`),
    ...failed(state.dropped > 0, "Nothing was superseded."),
  ],
};

export function drainFailures({ plan, reconnected, lost, duplicated }: DrainOutcome): string[] {
  return [
    ...failed(reconnected === plan.connections, `${reconnected} of ${plan.connections} came back.`),
    ...failed(lost === 0, `${lost} clients missed an event.`),
    ...failed(duplicated === 0, `${duplicated} clients got an event twice.`),
  ];
}

/** Only of a machine with nothing else to do: what it puts off comes together. Even is a tenth in each tenth. */
export function unevenness({ plan, curve }: DrainOutcome): string[] {
  const most = Math.max(...curve);
  return failed(most <= plan.connections / 2, `${most} came back within a tenth of the time.`);
}

export function slowLines({ plan, before, during, after, ...rest }: SlowOutcome): string[] {
  const { growth, budget, slowestPublishMs, state, resumed } = rest;
  const all = plan.readers + plan.flooded + plan.stalled;
  return [
    `${plan.slowConsumer}: ${all} connections, ${plan.stalled} of which read nothing while ${megabytes(plan.floodBytes)} go to each`,
    `  those who read: ${latency("before", before)}; ${latency("during", during)}; ${latency("after", after)}`,
    `  the server grew by ${megabytes(growth)}; the queues of the stalled may hold ${megabytes(budget)}`,
    `  the longest publication took ${slowestPublishMs.toFixed(1)} ms`,
    `  of the stalled ${state.closed.slow ?? 0} were cut; ${state.dropped} events were dropped for them`,
    `  when they read again ${resumed.alive} were connected, ${resumed.gaps} told of a gap, ${resumed.current} have the newest event`,
  ];
}

export function drainLines({
  plan,
  curve,
  tookMs,
  reconnected,
  lost,
  duplicated,
  published,
}: DrainOutcome): string[] {
  const widest = Math.max(...curve);
  return [
    `drain of ${plan.connections} connections over ${plan.overMs / 1000} s, told to wait ${plan.retryMs / 1000} s`,
    `  ${reconnected} came back within ${(tookMs / 1000).toFixed(1)} s; of ${published} events ${lost} clients missed any, ${duplicated} got any twice`,
    ...curve.map((count, tenth) => {
      const at = ((tookMs / 1000) * (tenth + 1)) / 10;
      return `  ${at.toFixed(1).padStart(5)} s ${String(count).padStart(5)} ${"#".repeat(Math.round((count / widest) * 40))}`;
    }),
  ];
}

function latency(when: string, { complete, incomplete, p50 = 0, p99 = 0 }: Received): string {
  return `${when} ${complete} of ${complete + incomplete} complete, p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`;
}

function failed(holds: boolean, sentence: string): string[] {
  return holds ? [] : [sentence];
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MB`;
}
