import {
  type AskQuery,
  type ControlBodies,
  FOLDERS,
  type Folder,
  LEVELS,
  type Level,
  type LogQuery,
  PACES,
  type Pace,
  type StreamPath,
} from "../contract.ts";
import { HttpError } from "./http-error.ts";

/*
 * What came over the wire is nobody's type until it was looked at. Each reader takes a body apart and gives the
 * contract's type, or throws an HttpError 400 that names what is wrong.
 */

type Fields = Readonly<Record<string, unknown>>;
const MAX_BODY_CHARACTERS = 10_000;
const MAX_QUESTION_CHARACTERS = 400;
const MAX_BACKLOG = 500;
const MAX_BURST = 100_000;
const STREAMS: readonly StreamPath[] = ["/live", "/log", "/ask"];

export async function readFields(request: Request): Promise<Fields> {
  const text = await request.text();
  if (text.length > MAX_BODY_CHARACTERS) throw new HttpError(413, "That body is too long.");
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new HttpError(400, "The body is not JSON.");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new HttpError(400, "The body is not a JSON object.");
  }
  return { ...body };
}

export function readLogQuery(fields: Fields): LogQuery {
  return {
    level: oneOf<Level>(fields, "level", LEVELS),
    backlog: wholeNumber(fields, "backlog", 0, MAX_BACKLOG),
  };
}

export function readAskQuery({ question }: Fields): AskQuery {
  if (typeof question !== "string" || question.trim() === "" || question.length > MAX_QUESTION_CHARACTERS) {
    throw new HttpError(400, `'question' is a text of at most ${MAX_QUESTION_CHARACTERS} characters.`);
  }
  return { question };
}

export const readControl: { readonly [C in keyof ControlBodies]: (fields: Fields) => ControlBodies[C] } = {
  cut: (fields) => ({
    page: readPage(fields.page),
    stream: oneOf<StreamPath>(fields, "stream", STREAMS),
  }),
  stall: (fields) => ({ page: readPage(fields.page) }),
  freeze: (fields) => ({ ms: wholeNumber(fields, "ms", 0, 10_000) }),
  restart: () => ({}),
  burst: (fields) => ({
    page: readPage(fields.page),
    events: wholeNumber(fields, "events", 1, MAX_BURST),
  }),
  "job/start": (fields) => ({
    folder: oneOf<Folder>(fields, "folder", FOLDERS),
    paceMBps: oneOf<Pace>(fields, "paceMBps", PACES),
  }),
  "job/cancel": () => ({}),
};

/** The name that a page gave itself, which stands in channel names and keys. */
export function readPage(page: unknown): string {
  if (typeof page === "string" && /^[\w-]{8,64}$/.test(page)) return page;
  throw new HttpError(400, "'page' is 8 to 64 letters, digits or dashes.");
}

function oneOf<T>(fields: Fields, name: string, values: readonly T[]): T {
  const value = values.find((candidate) => candidate === fields[name]);
  if (value !== undefined) return value;
  throw new HttpError(400, `'${name}' is one of ${values.map((each) => JSON.stringify(each)).join(", ")}.`);
}

function wholeNumber(fields: Fields, name: string, least: number, most: number): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new HttpError(400, `'${name}' is a whole number from ${least} to ${most}.`);
}
