import { answerQuestions, CpuWatch, say } from "./answering.ts";
import { Crowd } from "./crowd.ts";
import type { ClientQuestions } from "./messages.ts";

/** The process of the clients. */
const crowd = new Crowd(Number(process.argv[2]), process.argv[3]);
const watch = new CpuWatch();

say({ ready: true });
await answerQuestions<ClientQuestions>({
  async open({ connections, stalled }) {
    return { open: await crowd.open(connections, stalled) };
  },
  reset({ times }) {
    crowd.reset(times);
    return {};
  },
  wait: ({ events, timeoutMs }) => crowd.wait(events, timeoutMs),
  resume: ({ since }) => crowd.resume(since),
  cpu: () => watch.look(),
});
