import { createInterface } from "node:readline";
import type { Cpu } from "./messages.ts";

type Handlers<Q> = {
  readonly [K in keyof Q]: Q[K] extends { ask: infer A; answer: infer B }
    ? (ask: A) => Promise<B> | B
    : never;
};

/** The child's side: answers the questions on its input one after the other. */
export async function answerQuestions<Q>(handlers: Handlers<Q>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { kind, ask } = JSON.parse(line) as { kind: keyof Q; ask: never }; // written by Peer, of the same version
    say(await handlers[kind](ask));
  }
}

export function say(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Processor time between two looks. */
export class CpuWatch {
  #cpu = process.cpuUsage();
  #at = performance.now();

  look(): Cpu {
    const cpu = process.cpuUsage();
    const at = performance.now();
    const taken = {
      userUs: cpu.user - this.#cpu.user,
      systemUs: cpu.system - this.#cpu.system,
      wallUs: Math.round((at - this.#at) * 1000),
    };
    this.#cpu = cpu;
    this.#at = at;
    return taken;
  }
}
