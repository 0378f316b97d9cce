import { defineEvents, type EventOf, json, text } from "@sse/protocol";

/*
 * Everything the demo's server and its page say to each other. Both import this file, so a field that is
 * renamed here is a type error at both ends.
 */

/** Which event this is, for the ledger: `run` counts the server's processes, `n` the events of one feed in a run. */
export interface Stamp {
  readonly run: number;
  readonly n: number;
}

/** One look at this machine. Ten of them a second. */
export interface Sample extends Stamp {
  /** When, in milliseconds since 1970, by the server's clock. */
  readonly at: number;
  /** How busy each core was over the last half second, 0 to 1. */
  readonly cores: readonly number[];
  /** Load averages over 1, 5 and 15 minutes; all 0 on Windows. */
  readonly load: readonly [number, number, number];
  readonly memory: { readonly usedBytes: number; readonly totalBytes: number; readonly processBytes: number };
  /** How late the server's event loop was at worst since the last sample. */
  readonly loopDelayMs: number;
  /** The number of the newest line of the access log. */
  readonly logLines: number;
  /** Open connections of the hub, and events it delivered in this run. */
  readonly hub: { readonly connections: number; readonly delivered: number };
}

/** The folders that may be hashed: these and no others. */
export const FOLDERS = ["node_modules", "packages", "apps", ".git"] as const;
export type Folder = (typeof FOLDERS)[number];

/** How fast a job may read; null is as fast as it can. */
export const PACES = [25, 100, null] as const;
export type Pace = (typeof PACES)[number];

/** The whole state of the one job, not a change to it: the latest event is all that a page needs. */
export interface JobState extends Stamp {
  readonly status: "idle" | "counting" | "running" | "done" | "cancelled" | "failed";
  readonly folder: Folder;
  readonly paceMBps: Pace;
  readonly files: { readonly done: number; readonly total: number };
  readonly bytes: { readonly done: number; readonly total: number };
  readonly bytesPerSecond: number;
  /** null while nobody can know. */
  readonly leftMs: number | null;
  readonly elapsedMs: number;
  /** The file that was hashed last, below the folder, and its digest. */
  readonly file: string;
  readonly sha256: string;
  /** How often the job went on after its server process had died. */
  readonly resumed: number;
  readonly error: string;
}

/** One of many events sent at once, to be counted. */
export interface Burst extends Stamp {
  readonly index: number;
  readonly of: number;
}

/** GET /live: one connection, many channels. */
export const live = defineEvents({
  sample: json<Sample>(),
  job: json<JobState>(),
  burst: json<Burst>(),
});
export type LiveEvent = EventOf<typeof live>;

export const LEVELS = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof LEVELS)[number];

/** One line of the demo server's own access log. */
export interface LogLine {
  /** The line's number, also over restarts of the server process. */
  readonly n: number;
  readonly at: number;
  readonly level: Level;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** `open`: a stream began. `end`: the response is complete. `left`: the client went first. `cut`: we cut it. */
  readonly phase: "open" | "end" | "left" | "cut";
  readonly ms: number;
  /** Bytes written to the socket for this response, headers and framing included. */
  readonly bytes: number;
  readonly run: number;
}

/** POST /log, with a `LogQuery` as JSON: the end of the access log, and then every line as it is written. */
export const accessLog = defineEvents({ line: json<LogLine>() });

export interface LogQuery {
  /** Lines of this level and above. */
  readonly level: Level;
  /** How many old lines to begin with. */
  readonly backlog: number;
}

/** Where an answer's words are from. */
export interface Passage {
  readonly file: string;
  readonly line: number;
  readonly heading: string;
}

/** POST /ask, with an `AskQuery` as JSON: an answer in the shape of a language model's, token by token. */
export const answer = defineEvents(
  {
    found: json<{ readonly passages: number; readonly searched: number; readonly files: number }>(),
    /** The tokens that follow are from here. */
    passage: json<Passage>(),
    token: text(),
    done: json<{ readonly tokens: number; readonly ms: number }>(),
  },
  { end: ["done"] },
);

export interface AskQuery {
  readonly question: string;
}

/** What the server process says of itself. */
export interface ServerFacts {
  readonly run: number;
  readonly pid: number;
  readonly runtime: string;
  readonly cpu: string;
  readonly host: string;
  readonly startedAt: number;
  /** Whether the process can be frozen here: it takes POSIX signals. */
  readonly canFreeze: boolean;
}

/** GET /snapshot, also inside the page: all that a page shows at once, and the position to go on from. */
export interface Snapshot {
  readonly server: ServerFacts;
  readonly samples: readonly Sample[];
  readonly job: JobState;
  /** The live feed's last event ID when this snapshot was taken. */
  readonly lastEventId: string;
}

/** What POST /control/… takes, as JSON. */
export interface ControlBodies {
  /** Destroy the sockets of one of this page's streams. */
  readonly cut: { readonly page: string; readonly stream: StreamPath };
  /** Stop writing to this page's live stream, for good. */
  readonly stall: { readonly page: string };
  /** Stop the whole server process for a while: it neither reads nor writes. */
  readonly freeze: { readonly ms: number };
  /** Kill the server process and start another. */
  readonly restart: Record<string, never>;
  /** Send this page that many events at once. */
  readonly burst: { readonly page: string; readonly events: number };
  readonly "job/start": { readonly folder: Folder; readonly paceMBps: Pace };
  readonly "job/cancel": Record<string, never>;
}
export type Control = keyof ControlBodies;

/** The long-lived responses. */
export type StreamPath = "/live" | "/log" | "/ask";
/** The query parameter by which a stream says which page it belongs to. */
export const PAGE_PARAMETER = "page";
