import { setTimeout as delay } from "node:timers/promises";
import { BackplaneError } from "@sse/protocol";
import { createChannelHub } from "@sse/server";
import { channelName, numbers } from "./contract.ts";
import { job, send } from "./job.ts";
import type { FromPublisher, PublisherJob, ToPublisher } from "./messages.ts";
import { openStore } from "./store.ts";

// Numbers each channel's events, one after the other: the next is published when the log has the one before. A publish
// that failed is made again under the same key, until the log has it.
const { store, channels, eventsPerSecond } = job<PublisherJob>();
const { backplane } = await openStore(store);
const hub = createChannelHub(numbers, { backplane, onError: () => {} });
const everyMs = (channels * 1000) / eventsPerSecond;
const published: number[] = new Array<number>(channels).fill(0);
let retried = 0;
let isStopping = false;
let writers: Promise<unknown> = Promise.resolve();

process.on("message", (message: ToPublisher) => {
  if (message === "start") writers = Promise.all(published.map((_, index) => write(index)));
  else if (message === "count") send(report(false));
  else {
    isStopping = true;
    void writers.then(() => send(report(true)));
  }
});
process.on("disconnect", () => process.exit(0));
send("ready");

async function write(index: number): Promise<void> {
  const channel = channelName(index);
  let due = performance.now() + (everyMs * index) / channels;
  for (let n = 1; !isStopping; n++) {
    await delay(Math.max(0, due - performance.now()));
    due = Math.max(due + everyMs, performance.now() - 1000); // after an outage, no more than a second is caught up
    await publish(channel, n);
    published[index] = n;
  }
}

async function publish(channel: string, n: number): Promise<void> {
  for (;;) {
    try {
      await hub.publish("n", { channel, n }, { channel, idempotencyKey: `${channel}.${n}` });
      return;
    } catch (error) {
      if (!(error instanceof BackplaneError)) throw error;
      retried++;
      await delay(50);
    }
  }
}

function report(finished: boolean): FromPublisher {
  return { published, retried, finished };
}
