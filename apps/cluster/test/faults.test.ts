import { describe, expect, test } from "vitest";
import { type Fault, faults } from "../src/faults.ts";
import { seededRandom } from "../src/random.ts";
import { isNatsHere, isRedisHere } from "../src/services.ts";
import { tryFault } from "../src/trial.ts";

// A short run of each fault; `npm run soak` makes long ones with more clients.
const size = { clients: 40, channels: 10, channelsPerClient: 2, eventsPerSecond: 200 };
const seed = 20_261_121;
const pace = { random: seededRandom(seed), calmMs: 300, outageMs: 2500, drainMs: 500, cuts: 5 };

const isHere = ({ store }: Fault): boolean => (store === "redis" ? isRedisHere : isNatsHere);

describe("every client gets each event of its channels once and in order, or is told of a gap, when", () => {
  for (const fault of faults.filter(isHere)) {
    test(fault.name, async () => {
      const { problems, delivered } = await tryFault(fault, size, pace);
      expect(problems).toEqual([]);
      expect(delivered).toBeGreaterThan(size.clients * 5);
    });
  }
});
