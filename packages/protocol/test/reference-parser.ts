import type { Entry, Observation } from "./observation.ts";

/**
 * The standard's algorithm once more, slow and obvious, to compare with: the whole stream is decoded, then cut into
 * lines, then each line is processed with the buffers that the standard names. Nothing is shared with the sources.
 * WHATWG HTML, "Parsing an event stream" and "Interpreting an event stream".
 */
export function parseByTheStandard(
  stream: Uint8Array,
  maxEventBytes = Number.POSITIVE_INFINITY,
): Observation {
  const interpreter = new Interpreter();
  const { lines, rest } = cutIntoLines(decode(stream));
  for (const line of lines) {
    if (interpreter.pendingBytes() + bytesOf(line) > maxEventBytes) return interpreter.observation("", true);
    interpreter.processLine(line);
  }
  const known = cutIntoLines(decodeCompleteSequences(stream)).rest;
  return interpreter.observation(rest, interpreter.pendingBytes() + bytesOf(known) > maxEventBytes);
}

/** The Encoding Standard's "UTF-8 decode": malformed sequences become U+FFFD, one byte order mark is taken off. */
function decode(stream: Uint8Array): string {
  return new TextDecoder("utf-8").decode(stream);
}

/** Without a sequence that is unfinished at the end: what it will be is not known yet, and has no size. */
function decodeCompleteSequences(stream: Uint8Array): string {
  return new TextDecoder("utf-8").decode(stream, { stream: true });
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** CRLF, a lone LF and a lone CR each end a line; `rest` has no line end and is no line. */
function cutIntoLines(text: string): { readonly lines: readonly string[]; readonly rest: string } {
  const lines: string[] = [];
  let line = "";
  for (let position = 0; position < text.length; position++) {
    const character = text[position];
    if (character !== "\r" && character !== "\n") {
      line += character;
      continue;
    }
    lines.push(line);
    line = "";
    if (character === "\r" && text[position + 1] === "\n") position++;
  }
  return { lines, rest: line };
}

class Interpreter {
  readonly #log: Entry[] = [];
  #dataBuffer = "";
  #eventTypeBuffer = "";
  #lastEventIdBuffer = "";
  #lastEventIdString = "";
  #reconnectionTime: number | undefined;
  /** Not the standard's: whether this block had a valid id line, which is what is reported as committed. */
  #blockHasId = false;

  processLine(line: string): void {
    if (line === "") {
      this.#dispatch();
      return;
    }
    if (line.startsWith(":")) {
      this.#log.push({ comment: line.startsWith(": ") ? line.slice(2) : line.slice(1) });
      return;
    }
    if (!line.includes(":")) {
      this.#processField(line, "");
      return;
    }
    const field = line.split(":", 1)[0] as string; // split never returns an empty list here
    const value = line.slice(field.length + 1);
    this.#processField(field, value.startsWith(" ") ? value.slice(1) : value);
  }

  #processField(name: string, value: string): void {
    switch (name) {
      case "event":
        this.#eventTypeBuffer = value;
        break;
      case "data":
        this.#dataBuffer += value;
        this.#dataBuffer += "\n";
        break;
      case "id":
        if (value.includes("\u0000")) break;
        this.#lastEventIdBuffer = value;
        this.#blockHasId = true;
        break;
      case "retry": {
        const digits = [...value].filter((character) => "0123456789".includes(character));
        if (value === "" || digits.length !== [...value].length) break;
        this.#reconnectionTime = Number.parseInt(value, 10);
        this.#log.push({ reconnectionTimeMs: this.#reconnectionTime });
        break;
      }
      default: // ignored
    }
  }

  #dispatch(): void {
    this.#lastEventIdString = this.#lastEventIdBuffer;
    if (this.#blockHasId) this.#log.push({ committedId: this.#lastEventIdString });
    this.#blockHasId = false;
    const data = this.#dataBuffer;
    const type = this.#eventTypeBuffer;
    this.#dataBuffer = "";
    this.#eventTypeBuffer = "";
    if (data === "") return;
    this.#log.push({
      event: type === "" ? "message" : type,
      data: data.endsWith("\n") ? data.slice(0, -1) : data,
      lastEventId: this.#lastEventIdString,
    });
  }

  /** What the unfinished event holds: its data with an LF a line, its type, and its id. */
  pendingBytes(): number {
    const id = this.#blockHasId ? this.#lastEventIdBuffer : "";
    return bytesOf(this.#dataBuffer) + bytesOf(this.#eventTypeBuffer) + bytesOf(id);
  }

  observation(rest: string, overLimit: boolean): Observation {
    const unfinishedLine = rest !== "" && !rest.startsWith(":");
    const unfinishedEvent = this.#dataBuffer !== "" || this.#eventTypeBuffer !== "" || this.#blockHasId;
    return {
      log: this.#log,
      truncated: overLimit || unfinishedLine || unfinishedEvent,
      lastEventId: this.#lastEventIdString,
      reconnectionTimeMs: this.#reconnectionTime,
      overLimit,
    };
  }
}
