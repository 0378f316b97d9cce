import type { Dispatcher } from "./dispatcher.ts";
import { splitField } from "./fields.ts";

/** What the texts so far began and did not end: a line, and the buffers of an event without its blank line. */
export class PendingEvent {
  /** The beginning of a line whose end has not come. */
  line = "";
  // [spec] The buffers of one event, `undefined` where no line has set them. As in the standard the data ends with
  // the LF that the dispatch takes off.
  data: string | undefined;
  type = "";
  id: string | undefined;
  /** The stream has ids: texts are searched for NUL, which no id may hold, before their lines are read. */
  hasIds = false;
  /** Nothing is pending; where this says no, all of the above may still be empty. */
  isEmpty = true;

  /** The code units that are pending; a field that is set to nothing counts one. */
  get units(): number {
    const data = this.data === undefined ? 0 : this.data.length + 1;
    const id = this.id === undefined ? 0 : this.id.length + 1;
    return this.line.length + data + this.type.length + id;
  }

  set(data: string | undefined, type: string, id: string | undefined): void {
    this.data = data;
    this.type = type;
    this.id = id;
  }

  /** Keeps what a text has left, after `clear()`. Most texts leave nothing (bench cells "one event a chunk"). */
  keep(line: string, data: string | undefined, type: string, id: string | undefined): void {
    if (line === "" && data === undefined && type === "" && id === undefined) return;
    this.isEmpty = false;
    this.line = line;
    this.set(data, type, id);
  }

  clear(): void {
    this.isEmpty = true;
    this.line = "";
    this.set(undefined, "", undefined);
  }

  /** Takes one line that is not blank. False: a handler made a new start. */
  takeLine(line: string, dispatcher: Dispatcher): boolean {
    const { name, value } = splitField(line);
    // [spec] "Interpreting an event stream": the field names, case-sensitive; all others are ignored.
    if (name === "data") this.data = `${this.data ?? ""}${value}\n`;
    else if (name === "event") this.type = value;
    else if (name === "id") this.id = value.includes("\0") ? this.id : value;
    else if (name === "retry") return dispatcher.retry(value);
    else if (name === "") return dispatcher.comment(value);
    return true;
  }

  /** Dispatches; `data` is this event's without its last LF. False: a handler made a new start. */
  dispatch(data: string | undefined, dispatcher: Dispatcher): boolean {
    const { type, id } = this;
    this.set(undefined, "", undefined); // a handler that throws leaves nothing of its event behind
    return dispatcher.dispatch(data, type, id);
  }
}
