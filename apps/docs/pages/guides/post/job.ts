// job.ts
import { EventEmitter } from "node:events";
import { setTimeout } from "node:timers/promises";

/** Says back, word by word, what it was asked, whether or not anybody listens. */
export class Job extends EventEmitter<{ word: [] }> {
  readonly id = crypto.randomUUID();
  readonly words: string[] = [];
  isDone = false;

  constructor({ question }: { readonly question: string }) {
    super();
    void this.#run(question.split(" "));
  }

  async #run(words: readonly string[]): Promise<void> {
    for (const word of words) {
      await setTimeout(10);
      this.words.push(word);
      this.emit("word");
    }
    this.isDone = true;
    this.emit("word");
  }
}
