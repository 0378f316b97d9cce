import type { Paragraph } from "./library.ts";

export interface Found {
  readonly paragraph: Paragraph;
  readonly score: number;
}

// Okapi BM25 with its usual constants: rare words weigh more, repeats ever less, and long texts are not favoured.
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;
/** A word in a heading says more than one in the text. */
const HEADING_REPEATS = 2;
const COMMON = new Set(
  "a an and are as at be by can do does for from has have how i in is it its not of on or so that the this to was what when where which who why will with you".split(
    " ",
  ),
);

/** The paragraphs that fit a question best, best first; those that share no word with it are none. */
export function search(paragraphs: readonly Paragraph[], question: string, limit: number): Found[] {
  const asked = new Set(words(question).filter((word) => !COMMON.has(word)));
  if (asked.size === 0) return [];
  const counted = paragraphs.map((paragraph) => countWords(paragraph));
  const meanLength = counted.reduce((sum, { length }) => sum + length, 0) / Math.max(1, counted.length);
  const weights = new Map(
    [...asked].map((word) => {
      const holding = counted.filter(({ counts }) => counts.has(word)).length;
      return [word, Math.log(1 + (counted.length - holding + 0.5) / (holding + 0.5))] as const;
    }),
  );
  return counted
    .map(({ paragraph, counts, length }) => {
      let score = 0;
      for (const [word, weight] of weights) {
        const count = counts.get(word) ?? 0;
        const stretch = 1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * length) / meanLength;
        score += (weight * count * (SATURATION + 1)) / (count + SATURATION * stretch);
      }
      return { paragraph, score };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit);
}

function countWords(paragraph: Paragraph): {
  readonly paragraph: Paragraph;
  readonly counts: ReadonlyMap<string, number>;
  readonly length: number;
} {
  const inText = words(paragraph.text);
  const inHeadings = words(paragraph.headings.join(" "));
  const counts = new Map<string, number>();
  for (const word of inText) counts.set(word, (counts.get(word) ?? 0) + 1);
  for (const word of inHeadings) counts.set(word, (counts.get(word) ?? 0) + HEADING_REPEATS);
  return { paragraph, counts, length: inText.length };
}

/** Lower case, without plural endings: "Events" finds "event". */
function words(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map((word) =>
    word.length > 3 ? word.replace(/(?<!s)s$/, "") : word,
  );
}
