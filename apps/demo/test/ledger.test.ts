import { expect, test } from "vitest";
import { Ledger } from "../src/page/ledger.ts";

function ledgerOf(...numbers: readonly number[]): Ledger {
  const ledger = new Ledger();
  for (const n of numbers) ledger.take("sample", { run: 1, n });
  return ledger;
}

test("numbers in a row are all there", () => {
  expect(ledgerOf(5, 6, 7)).toMatchObject({ received: 3, lost: 0, duplicated: 0, disordered: 0 });
});

test("a number that was passed over is lost", () => {
  expect(ledgerOf(1, 2, 5)).toMatchObject({ lost: 2, disordered: 0 });
});

test("a number that comes late was out of order, not lost", () => {
  expect(ledgerOf(1, 3, 2, 4)).toMatchObject({ lost: 0, disordered: 1, duplicated: 0 });
});

test("a number that comes again is a duplicate, also when it came late before", () => {
  expect(ledgerOf(1, 2, 2)).toMatchObject({ duplicated: 1, disordered: 0 });
  expect(ledgerOf(1, 3, 2, 2)).toMatchObject({ duplicated: 1, disordered: 1 });
});

test("what was there before the page is where counting begins", () => {
  const ledger = new Ledger();
  ledger.begin("sample", { run: 1, n: 7 });
  ledger.take("sample", { run: 1, n: 9 });
  expect(ledger.lost).toBe(1);
});

test("feeds are counted apart", () => {
  const ledger = ledgerOf(1, 2);
  ledger.take("job", { run: 1, n: 9 });
  expect(ledger.lost).toBe(0);
});

test("what is missing over an announced gap is skipped, not lost", () => {
  const ledger = ledgerOf(1, 2);
  ledger.gap();
  ledger.take("sample", { run: 1, n: 6 });
  expect(ledger).toMatchObject({ lost: 0, gaps: 1, skipped: 3 });
  ledger.take("sample", { run: 1, n: 8 });
  expect(ledger.lost).toBe(1);
});

test("another server process without an announced gap is a silent hole", () => {
  const ledger = ledgerOf(1, 2);
  ledger.take("sample", { run: 2, n: 1 });
  expect(ledger.lost).toBe(1);
});

test("another server process after an announced gap is not", () => {
  const ledger = ledgerOf(1, 2);
  ledger.gap();
  ledger.take("sample", { run: 2, n: 4 });
  ledger.take("sample", { run: 2, n: 5 });
  expect(ledger).toMatchObject({ lost: 0, gaps: 1 });
});
