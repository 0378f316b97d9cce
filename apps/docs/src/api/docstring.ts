/** What an option's docstring says, by the project's convention: prose, `Default: …`, `False: …`. */
export interface OptionDoc {
  readonly what: string;
  readonly byDefault: string | undefined;
  readonly ifFalse: string | undefined;
}

const SENTENCE_END = /(?<=[.!?])\s+(?=[A-Z`"“])/;

/** The sentences of a docstring, on one line each. */
export function sentences(docstring: string): readonly string[] {
  return docstring.replaceAll(/\s+/g, " ").trim().split(SENTENCE_END).filter(Boolean);
}

export function readOptionDoc(docstring: string): OptionDoc {
  const what: string[] = [];
  let byDefault: string | undefined;
  let ifFalse: string | undefined;
  for (const sentence of sentences(docstring)) {
    const given = /^Default: (.*)\.$/.exec(sentence)?.[1];
    const off = /^(?:False|`false`):? (.*)\.$/.exec(sentence)?.[1];
    const tail = /^(.*); (?:false:|`false`) (.*)\.$/.exec(sentence);
    if (given !== undefined) byDefault = given;
    else if (off !== undefined) ifFalse = off;
    else if (tail !== null) {
      what.push(`${tail[1]}.`);
      ifFalse = tail[2];
    } else what.push(sentence);
  }
  // "Default: false, no limit." says both at once.
  ifFalse ??= /^false, (.*)$/.exec(byDefault ?? "")?.[1];
  return { what: what.join(" "), byDefault, ifFalse };
}
