import type { Backplane, BackplaneListener } from "../../src/backplane/backplane.ts";
import type { Position } from "../../src/backplane/message.ts";
import type { Frame } from "../../src/frame.ts";
import { message } from "../contracts/message.ts";

/** Hears a log, and holds it to its word: no hole and no repeat that is not announced. */
export class LogObserver implements BackplaneListener {
  readonly heard: string[] = [];
  readonly resets: Position[] = [];
  readonly faults: string[] = [];
  at: Position = { epoch: "", offset: 0 };

  static async on(log: Backplane): Promise<LogObserver> {
    const observer = new LogObserver();
    const { position } = await log.subscribe(observer);
    observer.at = position;
    return observer;
  }

  onFrames(frames: readonly Frame[]): void {
    for (const frame of frames) {
      if (frame.epoch !== this.at.epoch || frame.offset !== this.at.offset + 1) {
        this.faults.push(`${frame.epoch}.${frame.offset} after ${this.at.epoch}.${this.at.offset}`);
      }
      this.at = { epoch: frame.epoch, offset: frame.offset };
      this.heard.push(`${frame.epoch}.${frame.offset}`);
    }
  }

  onReset(position: Position): void {
    this.resets.push(position);
    this.at = position;
  }
}

export interface Traffic {
  readonly acknowledged: string[];
  readonly rejected: unknown[];
  stop(): Promise<void>;
}

/** Publishes a few events every few milliseconds, whatever becomes of them, and notes which the log has. */
export function traffic(log: Backplane): Traffic {
  const acknowledged: string[] = [];
  const rejected: unknown[] = [];
  const pending = new Set<Promise<void>>();
  let count = 0;
  const timer = setInterval(() => {
    for (let n = 0; n < 3; n++) {
      const publication = log.publish(message(`${count++}`)).then(
        ({ epoch, offset }) => void acknowledged.push(`${epoch}.${offset}`),
        (error) => void rejected.push(error),
      );
      pending.add(publication);
      publication.finally(() => pending.delete(publication));
    }
  }, 5);
  return {
    acknowledged,
    rejected,
    async stop() {
      clearInterval(timer);
      await Promise.all(pending);
    },
  };
}
