import { setTimeout as sleep } from "node:timers/promises";
import type { OutgoingEvent } from "@sse/protocol";
import { answer } from "../../contract.ts";
import { readLibrary } from "./library.ts";
import { search } from "./search.ts";

const PASSAGES = 4;
/** About as fast as people read a model's answer being written. */
const TOKEN_EVERY_MS = 20;

/** An answer to a question out of the documentation, as a stream of tokens. It stops with the signal. */
export async function* answerFromDocs(
  root: string,
  question: string,
  signal: AbortSignal,
): AsyncGenerator<OutgoingEvent<typeof answer.events>, void, undefined> {
  const began = performance.now();
  const library = readLibrary(root);
  const found = search(library, question, PASSAGES);
  const files = new Set(library.map(({ file }) => file)).size;
  yield answer.event("found", { passages: found.length, searched: library.length, files });
  let tokens = 0;
  for (const { paragraph } of found) {
    yield answer.event("passage", {
      file: paragraph.file,
      line: paragraph.line,
      heading: paragraph.headings.join(" › "),
    });
    for (const token of tokensOf(paragraph.text)) {
      await sleep(TOKEN_EVERY_MS, undefined, { signal });
      tokens++;
      yield answer.event("token", token);
    }
  }
  yield answer.event("done", { tokens, ms: Math.round(performance.now() - began) });
}

/** Words and parts of long words, each with the space before it: joined, they are the text again. */
export function tokensOf(text: string): string[] {
  return text.match(/\s*\S{1,8}/g) ?? [];
}
