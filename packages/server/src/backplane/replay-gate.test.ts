import { expect, test } from "vitest";
import type { ReplayPage } from "./backplane.ts";
import { ReplayGate } from "./replay-gate.ts";

const position = { epoch: "e", offset: 1 };
const page: ReplayPage = { gap: undefined, from: position, frames: [], upTo: position };

test("the same page, asked for by many at once, is read once; later it is read anew", async () => {
  const gate = new ReplayGate();
  let reads = 0;
  const read = async (): Promise<ReplayPage> => {
    reads++;
    return page;
  };
  const ask = () => gate.ask(position, ["a"], 1000, read);
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([page, page, page]);
  expect(reads).toBe(1);
  await Promise.all([ask(), gate.ask(position, ["b"], 1000, read)]);
  expect(reads).toBe(3);
});

test("eight pages are read at a time, the others in the order of the calls, also after failures", async () => {
  const gate = new ReplayGate();
  const begun: number[] = [];
  const answers: PromiseWithResolvers<ReplayPage>[] = [];
  const ask = (offset: number) =>
    gate.ask({ epoch: "e", offset }, ["a"], 1000, () => {
      begun.push(offset);
      const answer = Promise.withResolvers<ReplayPage>();
      answers.push(answer);
      return answer.promise;
    });
  const asked = Array.from({ length: 12 }, (_, offset) => ask(offset).catch((error: Error) => error.message));
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  answers[3]?.reject(new Error("no"));
  answers[5]?.resolve(page);
  expect(await Promise.all([asked[3], asked[5]])).toEqual(["no", page]);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const answer of answers) answer.resolve(page);
  await Promise.all([asked[8], asked[9]]);
  for (const answer of answers) answer.resolve(page);
  await Promise.all(asked);
  expect(begun).toEqual(Array.from({ length: 12 }, (_, offset) => offset));
});
