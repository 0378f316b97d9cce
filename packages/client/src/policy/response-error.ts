import { ConnectionError, EVENT_STREAM_MEDIA_TYPE } from "@sse/protocol";

/** What an answer means: a stream to read, a wish to be left alone, or an error that knows whether to retry. */
export type Verdict = "open" | "stopped" | ConnectionError;

/** What is judged, and for whom. */
export interface Answer {
  readonly response: Response;
  /** The URL that answered, without query and credentials. */
  readonly url: string;
  readonly method: string;
  /** The last event ID that was sent; `""` where none was. */
  readonly lastEventId: string;
}

const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
const MAX_BODY_BYTES = 65_536;
const MAX_BODY_MS = 2000;
const TOKEN = "[!#$%&'*+.^_`|~\\w-]+";
const MIME_TYPE = new RegExp(`^[\\t\\n\\r ]*(${TOKEN}/${TOKEN})[\\t\\n\\r ]*(?:;|$)`);

/**
 * Whether a `content-type` names the event stream.
 * WHATWG Fetch, "extract a MIME type": parameters and case do not matter, and of several values the last one that
 * is a MIME type counts.
 */
export function isEventStream(contentType: string | null): boolean {
  let essence = "";
  for (const value of (contentType ?? "").split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
    const found = MIME_TYPE.exec(value)?.[1];
    if (found !== undefined && found !== "*/*") essence = found.toLowerCase();
  }
  return essence === EVENT_STREAM_MEDIA_TYPE;
}

/** `EventSource`: 200 with the media type opens, everything else fails the connection for good. */
export function judgeByStandard(answer: Answer): Verdict {
  // [spec] "if res's status is not 200, or if res's `Content-Type` is not text/event-stream": fail the connection.
  const { status, headers } = answer.response;
  return status === 200 && isEventStream(headers.get("content-type")) ? "open" : refused(answer, false);
}

/** `connect` and `request`: 204 stops, what passes is retried, what a repetition cannot help is final. */
export function judge(answer: Answer): Verdict {
  const { status, ok, headers } = answer.response;
  if (status === 204) return "stopped";
  if (ok && isEventStream(headers.get("content-type"))) return "open";
  return refused(answer, RETRYABLE.has(status));
}

function refused({ response, url, method, lastEventId }: Answer, retryable: boolean): ConnectionError {
  const { status } = response;
  const readBody = captureBody(response);
  if ((status === 404 || status === 410) && lastEventId !== "") {
    const message = `${url} answered ${status}: the stream to resume after ${JSON.stringify(lastEventId)} is gone.`;
    return new ConnectionError("gone", message, { url, status, readBody });
  }
  const type = response.headers.get("content-type") ?? "no content-type";
  const seen = response.ok ? `${status} with ${type}` : `${status}`;
  const message = `${method} ${url} answered ${seen}; a stream answers 200 with ${EVENT_STREAM_MEDIA_TYPE}.`;
  return new ConnectionError("response-refused", message, { url, status, readBody, retryable });
}

/**
 * Takes the body in, up to 64 KiB and 2 s of it, whether or not somebody will ask: an unread body would hold its
 * socket, and with it a Node process, for as long as the error is kept.
 */
function captureBody(response: Response): () => Promise<string> {
  const text = readText(response).catch(() => "");
  return () => text;
}

async function readText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const timer = setTimeout(() => void reader.cancel().catch(() => {}), MAX_BODY_MS);
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let left = MAX_BODY_BYTES; left > 0; ) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.length;
    }
  } catch {
    // What arrived before the body broke is all there is to show.
  }
  clearTimeout(timer);
  reader.cancel().catch(() => {});
  return text + decoder.decode();
}
